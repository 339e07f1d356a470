import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import { canonicalize } from '../ledger/canonical.ts';
import type { FileTree, ReleaseManifest } from './manifest.ts';

/** SHA-256 of some bytes as a content address. */
export const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The identity of a release: digest of the manifest's canonical bytes (RFC 8785). @throws TypeError when it has no JSON form. */
export const manifestDigest = (manifest: ReleaseManifest): Digest => digestOf(canonicalize(manifest));

/**
 * Digest of everything a release does, without what it is called (version) and where it came from (lineage). Two
 * releases with the same one behave the same, so shipping an unchanged tree can reuse the release that exists.
 */
export const contentDigest = (manifest: ReleaseManifest): Digest => {
  const { version: _version, lineage: _lineage, ...content } = manifest;
  return digestOf(canonicalize(content));
};

/** What `Component.digest` is: digest of the canonical bytes of the file list. */
export const treeDigest = (tree: FileTree): Digest => digestOf(canonicalize(tree));
