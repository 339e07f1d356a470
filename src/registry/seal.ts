import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExternalConfig, RunConfig, ServiceConfig } from '../config/service-config.ts';
import type { Digest } from '../core/digest.ts';
import { compareCodeUnits, pathInRelease } from '../core/release/file-tree.ts';
import type {
  Component,
  ComponentKind,
  ExternalSpec,
  ReleaseManifest,
  RunSpec,
} from '../core/release/manifest.ts';
import { pathListProblem } from '../core/release/release-path.ts';
import { contentDigest } from '../core/release/seal.ts';
import { parseVersion } from '../core/release/version.ts';
import { type Collected, collectCode, collectPath } from './collect.ts';
import { readFingerprint } from './fingerprint.ts';
import { readGitState } from './git-tree.ts';
import { findInterpreter } from './interpreter.ts';
import { parseManifest } from './manifest-schema.ts';
import { readAuthorities } from './read-authorities.ts';
import { sealChecks } from './seal-checks.ts';
import { sealComponent } from './seal-component.ts';
import { sealError } from './seal-error.ts';
import { examinationOf, sealEvaluation } from './seal-evaluation.ts';
import type { SealTarget } from './seal-file.ts';

export interface SealOrder extends SealTarget {
  /** The directory of the service file; paths of the configuration are relative to it. */
  readonly directory: string;
  /** Interpolated: what is written here is sealed as it stands. */
  readonly config: ServiceConfig;
  /** A semantic version, or what finds one once the contents are known (an unchanged tree has a version already). */
  readonly version: string | ((content: Digest) => string | Promise<string>);
  /** Path of the service file relative to `directory`; it is no code, for its meaning is in the manifest. */
  readonly serviceFile?: string;
  readonly allowsSecretLike?: boolean;
  /** Hears about what a person may have overlooked, one sentence each. */
  readonly onNotice?: (text: string) => void;
  /** Hears what has been sealed so far, of how much. */
  readonly onProgress?: (progress: SealProgress) => void;
  /** Where programs are looked up; default the process's PATH. */
  readonly searchPath?: string;
}

export interface SealProgress {
  readonly files: number;
  readonly filesInAll: number;
  readonly bytes: number;
  readonly bytesInAll: number;
}

/**
 * Makes a release of a directory as it is now: hashes every file, sends the bytes that `has` denies, and returns the
 * manifest, whose own bytes the caller stores. The working tree is only read, and never needed again.
 * @throws TidegateError `seal-failed` naming what to correct, or whatever `has` and `put` throw
 */
export const sealRelease = async (order: SealOrder): Promise<ReleaseManifest> => {
  const directory = await realpath(order.directory).catch((cause: unknown) => {
    throw sealError(`There is no directory ${order.directory}.`, { cause });
  });
  const { config } = order;
  if (typeof order.version === 'string' && parseVersion(order.version) === null) {
    throw sealError(`'${order.version}' is not a semantic version such as 1.4.0.`);
  }
  const collected = await collectAll(directory, order);
  const components = await sealAll(collected, order);
  const serving = await sealServing(config, directory, order.searchPath ?? process.env.PATH ?? '');
  const evaluation =
    config.evaluation === null
      ? null
      : await sealEvaluation({
          directory,
          evaluation: config.evaluation,
          target: order,
          allowsSecretLike: order.allowsSecretLike ?? false,
        });
  const git = await readGitState(directory);
  const unversioned: ReleaseManifest = {
    schema: 'tidegate.release/v1',
    service: config.service,
    version: '0.0.0',
    protocol: config.protocol,
    components,
    serving,
    traffic: sealChecks(config.traffic, directory),
    evaluation,
    overlays: config.overlays,
    lineage: { gitCommit: git.commit, gitDirty: git.isDirty, declared: config.lineage },
  };
  const version =
    typeof order.version === 'string' ? order.version : await order.version(contentDigest(unversioned));
  // Whoever receives it checks the same; here the mistake can still be corrected.
  return parseManifest({ ...unversioned, version });
};

type Pieces = readonly { readonly name: ComponentKind; readonly collected: Collected }[];

const collectAll = async (
  directory: string,
  { config, serviceFile, onNotice }: SealOrder,
): Promise<Pieces> => {
  const { code, ...others } = config.components;
  const declared = Object.entries(others).flatMap(([name, component]) =>
    component === undefined ? [] : [{ name: name as ComponentKind, path: component.path }],
  );
  const paths = declared.map((component) => component.path);
  const pieces: { name: ComponentKind; collected: Collected }[] = [];
  for (const { name, path } of declared) {
    pieces.push({ name, collected: await collectPath({ directory, path, elsewhere: paths }) });
  }
  if (code !== null) {
    // The golden set stays out: a release must not carry the answers it is examined on, and a new question is no new code.
    const examined = config.evaluation === null ? [] : await examinationOf(directory, config.evaluation);
    const elsewhere = [
      ...paths,
      ...examined,
      ...(serviceFile === undefined ? ['tidegate.yaml'] : [serviceFile]),
    ];
    const collected = await collectCode({
      directory,
      patterns: code.files,
      elsewhere,
      ...(onNotice === undefined ? {} : { onNotice }),
    });
    pieces.push({ name: 'code', collected });
  }
  const problem = pathListProblem(
    pieces.flatMap(({ collected }) => collected.files.map((file) => pathInRelease(collected, file.path))),
  );
  if (problem !== null) throw sealError(`The components cannot stand in one release: ${problem}.`);
  return pieces.sort((a, b) => compareCodeUnits(a.name, b.name));
};

const sealAll = async (pieces: Pieces, order: SealOrder): Promise<readonly Component[]> => {
  const files = pieces.flatMap(({ collected }) => collected.files);
  const bytesInAll = files.reduce((sum, file) => sum + file.bytes, 0);
  let progress: SealProgress = { files: 0, filesInAll: files.length, bytes: 0, bytesInAll };
  const components: Component[] = [];
  for (const { name, collected } of pieces) {
    const component = await sealComponent({
      name,
      collected,
      target: order,
      allowsSecretLike: order.allowsSecretLike ?? false,
      onProgress: (bytes) => {
        progress = { ...progress, files: progress.files + 1, bytes: progress.bytes + bytes };
        order.onProgress?.(progress);
      },
    });
    components.push(component);
  }
  return components;
};

const sealServing = (
  config: ServiceConfig,
  directory: string,
  searchPath: string,
): Promise<RunSpec | ExternalSpec> =>
  config.serving.kind === 'process'
    ? sealRun(config.serving, config.components.code?.install ?? null, searchPath)
    : sealExternal(config.serving, directory);

const sealRun = async (run: RunConfig, install: string | null, searchPath: string): Promise<RunSpec> => ({
  ...run,
  install,
  interpreter: await findInterpreter(run.command, install, searchPath),
  platform: { os: process.platform, arch: process.arch },
});

const sealExternal = async (
  { fingerprintPath, caPath, serverName, ...named }: ExternalConfig,
  directory: string,
): Promise<ExternalSpec> => {
  const tls = {
    ...(caPath !== undefined && { ca: await readAuthorities(resolve(directory, caPath)) }),
    ...(serverName !== undefined && { serverName }),
  };
  const external = { ...named, ...(Object.keys(tls).length > 0 && { tls }) };
  if (fingerprintPath === null) return { ...external, fingerprint: null };
  const reading = await readFingerprint(external.address, fingerprintPath, undefined, external.tls);
  if (!reading.ok) {
    throw sealError(`The fingerprint of the external release could not be taken: ${reading.detail}.`, {
      todo: 'Start what runs there, or correct external.address and external.fingerprint.',
    });
  }
  return { ...external, fingerprint: { path: fingerprintPath, digest: reading.digest } };
};
