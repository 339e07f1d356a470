import type { ReleaseRecord } from '../engine/catalog.ts';
import type { ReleaseSummary } from './schemas/release.ts';

/** A release in one row. */
export const releaseSummary = ({
  release,
  content,
  manifest,
  sealedAtMs,
  sealedBy,
}: ReleaseRecord): ReleaseSummary => ({
  release,
  content,
  version: manifest.version,
  sealedAtMs,
  sealedBy,
  gitCommit: manifest.lineage.gitCommit,
  gitDirty: manifest.lineage.gitDirty,
  components: manifest.components.map(({ name }) => name),
  bytes: manifest.components.reduce((sum, { bytes }) => sum + bytes, 0),
});
