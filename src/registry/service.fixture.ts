import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type MemoryBlobs, openMemoryBlobs } from '../adapters/memory/blobs.ts';
import type { ComponentsConfig, RunConfig, ServiceConfig } from '../config/service-config.ts';
import type { Digest } from '../core/digest.ts';
import { exampleManifest, exampleRun } from '../core/release/manifest.fixture.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { listDirectory } from './listing.ts';
import { type PrepareOrder, prepareRelease } from './prepare.ts';
import { type SealOrder, sealRelease } from './seal.ts';

/** A project in a temporary directory, blobs, and room for prepared releases: what most tests of this folder need. */
export interface Workshop {
  readonly project: string;
  readonly root: string;
  readonly blobs: MemoryBlobs;
  readonly sent: Digest[];
  write(files: Readonly<Record<string, string | Uint8Array>>, executable?: readonly string[]): Promise<void>;
  seal(config: ServiceConfig, order?: Partial<SealOrder>): ReturnType<typeof sealRelease>;
  prepare(manifest: ReleaseManifest, order?: Partial<PrepareOrder>): ReturnType<typeof prepareRelease>;
  /** What preparing has told so far. */
  log(): string;
  close(): Promise<void>;
}

export const openWorkshop = async (): Promise<Workshop> => {
  const home = await mkdtemp(join(tmpdir(), 'tidegate-registry-'));
  // As `up` lays it out: others may pass through, not look around.
  await mkdir(join(home, 'project'));
  const project = join(home, 'project');
  const blobs = openMemoryBlobs();
  const sent: Digest[] = [];
  const root = join(home, 'releases');
  let log = '';
  return {
    project,
    root,
    blobs,
    sent,
    async write(files, executable = []) {
      for (const [path, contents] of Object.entries(files)) {
        await mkdir(dirname(join(project, path)), { recursive: true });
        await writeFile(join(project, path), contents, { mode: executable.includes(path) ? 0o755 : 0o644 });
      }
    },
    seal: (config, order = {}) =>
      sealRelease({
        directory: project,
        config,
        version: '1.0.0',
        has: (digest) => blobs.has(digest),
        put: async (pieces, digest) => {
          sent.push(digest);
          await blobs.put(pieces, digest);
        },
        ...order,
      }),
    prepare: (manifest, order = {}) =>
      prepareRelease({
        manifest,
        blobs,
        root,
        onLog: (text) => {
          log += text;
        },
        ...order,
      }),
    log: () => log,
    close: () => rm(home, { recursive: true, force: true }),
  };
};

export const serviceConfig = (
  changes: Partial<ServiceConfig> & { readonly run?: Partial<RunConfig>; readonly install?: string } = {},
): ServiceConfig => {
  const { run, install, ...rest } = changes;
  const { install: _install, interpreter: _interpreter, platform: _platform, ...runDefaults } = exampleRun();
  const components: ComponentsConfig = { code: { files: null, install: install ?? null } };
  return {
    service: 'example',
    protocol: 'http',
    components,
    serving: { ...runDefaults, ...run },
    evaluation: null,
    traffic: exampleManifest().traffic,
    lineage: {},
    overlays: {},
    ...rest,
  };
};

/** Digest and executable bit of every file below a directory, target of every link. */
export const contentsOf = async (directory: string) =>
  Object.fromEntries(
    (await listDirectory(directory)).map((entry) => [
      entry.path,
      entry.kind === 'file' ? [entry.digest, entry.executable] : entry.target,
    ]),
  );
