import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The packed tarball, installed into a directory of its own that knows nothing of the repository. */
export interface Installation {
  readonly directory: string;
  /** Paths within the tarball. */
  readonly files: readonly string[];
  /** `npx tidegate ...`, to its end. */
  tidegate(...args: string[]): Promise<Ended>;
  /** `npx tidegate ...`, in the background; `output` grows while it runs. */
  background(...args: string[]): {
    readonly child: ChildProcess;
    output(): string;
    readonly ended: Promise<void>;
  };
  remove(): void;
}

export const install = (): Installation => {
  const root = mkdtempSync(join(tmpdir(), 'tidegate-package-'));
  const directory = join(root, 'project');
  mkdirSync(directory);
  try {
    const packed = npm(repository, ['pack', '--json', '--pack-destination', root]);
    // `prepack` may print before the JSON.
    const [about] = JSON.parse(packed.slice(packed.search(/^\[/m))) as [
      { filename: string; files: { path: string }[] },
    ];
    writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
    npm(directory, ['install', '--no-audit', '--no-fund', join(root, about.filename)]);
    const start = (args: readonly string[]) =>
      spawn('npx', ['--no-install', 'tidegate', ...args], {
        cwd: directory,
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    return {
      directory,
      files: about.files.map(({ path }) => path),
      tidegate: (...args) =>
        new Promise((resolve, reject) => {
          const child = start(args);
          let out = '';
          let err = '';
          child.stdout.on('data', (chunk) => (out += chunk));
          child.stderr.on('data', (chunk) => (err += chunk));
          child.once('error', reject);
          child.once('close', (code) => resolve({ code, out, err }));
        }),
      background(...args) {
        const child = start(args);
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
        return {
          child,
          output: () => output,
          ended: new Promise((resolve) => child.once('close', () => resolve())),
        };
      },
      remove: () => rmSync(root, { recursive: true, force: true }),
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
};

const npm = (cwd: string, args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`npm ${args[0]} ended with ${status}:\n${stderr}`);
  return stdout;
};

/** Without what `npm run` adds: its settings and the repository's binaries, except for this very Node.js. */
const environment = (): NodeJS.ProcessEnv => {
  const { PATH = '', ...rest } = process.env;
  const folders = PATH.split(delimiter).filter((folder) => !folder.startsWith(repository));
  return {
    ...Object.fromEntries(
      Object.entries(rest).filter(([name]) => !/^(npm_|TIDEGATE_|VITEST|NODE_ENV|CI$)/.test(name)),
    ),
    PATH: [dirname(process.execPath), ...folders].join(delimiter),
    NO_COLOR: '1',
  };
};

/** Ports that were free a moment ago. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<{ port: number; close: () => void }>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve({
              port: typeof address === 'object' && address ? address.port : 0,
              close: () => server.close(),
            });
          });
        }),
    ),
  );
  for (const { close } of servers) close();
  return servers.map(({ port }) => port);
};
