import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workload } from '../../ports/runtime.ts';
import {
  openProcessRuntime,
  type ProcessRuntime,
  type ProcessRuntimeOptions,
} from './open-process-runtime.ts';

/** For tests: a state directory with a prepared release in it, and everything that is opened on it. */
export interface RuntimeFixture {
  readonly stateDir: string;
  readonly workload: Workload;
  open(options?: Partial<ProcessRuntimeOptions>): Promise<ProcessRuntime>;
  /** The command for a server in the release that runs `before`, listens, and runs `answer` for each request. */
  serve(name: string, before?: string, answer?: string): string;
  dispose(): Promise<void>;
}

const quick = { probeWhileRunningMs: 200, probeTimeoutMs: 500, firstBackOffMs: 50, longestBackOffMs: 200 };

/** True when a test cannot run here, which it says; in CI that is an error. */
export function isMissing(isThere: boolean, what: string): boolean {
  if (isThere) return false;
  if (process.env.CI === 'true') throw new Error(`Not testable here, but CI must: ${what}`);
  console.warn(`SKIPPED: not testable here: ${what}`);
  return true;
}

export function openFixture(
  stateDir: string = mkdtempSync(join(tmpdir(), 'tidegate-runtime-')),
): RuntimeFixture {
  const directory = join(stateDir, 'prepared', 'release');
  mkdirSync(directory, { recursive: true });
  let runtime: ProcessRuntime | null = null;

  function serve(name: string, before = '', answer = "say('ok');"): string {
    writeFileSync(join(directory, `${name}.mjs`), server(before, answer));
    return `exec ${process.execPath} ${name}.mjs`;
  }

  return {
    stateDir,
    serve,
    workload: {
      id: 'production.spam.1',
      service: 'spam',
      environment: 'production',
      release: 'sha256:1',
      replicas: 1,
      directory,
      command: serve('serve'),
      env: {},
      secrets: {},
      ready: { path: '/ready', timeoutMs: 10_000 },
      stopGraceMs: 2_000,
      limits: { memoryBytes: null, cpus: null },
    },
    open: async (options = {}) => {
      runtime = await openProcessRuntime({ stateDir, ...options, timing: { ...quick, ...options.timing } });
      return runtime;
    },
    dispose: async () => {
      await runtime?.close();
      const last = await openProcessRuntime({ stateDir });
      for (const { id } of await last.list()) await last.remove(id);
      await last.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

const server = (before: string, answer: string): string => `
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
console.log('hello from ' + process.pid);
${before}
createServer((request, response) => {
  const say = (text, status = 200) => { response.statusCode = status; response.end(text); };
  ${answer}
}).listen(Number(process.env.PORT), process.env.HOST);
`;
