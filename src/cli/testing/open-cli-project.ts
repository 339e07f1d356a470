import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestApi, type TestApiOptions, testToken } from '../../api/testing/open-test-api.ts';
import type { CliIo } from '../cli-io.ts';
import { type CliRun, runInProcess } from './run-in-process.ts';

/** A small project in a folder of its own and a control plane in memory that the command line talks to. */
export const openCliProject = async () => {
  const project = await mkdtemp(join(tmpdir(), 'tidegate-cli-'));
  await writeFile(
    join(project, 'tidegate.yaml'),
    'service: demo\nprotocol: http\ncomponents:\n  code:\n    files: [main.js]\nrun:\n  command: node main.js\n',
  );
  await writeFile(join(project, 'main.js'), '// 1\n');
  let api = await openTestApi();
  const env: Readonly<Record<string, string | undefined>> = {
    TIDEGATE_SERVER: 'http://127.0.0.1:7070',
    TIDEGATE_TOKEN: testToken,
    PATH: process.env.PATH,
  };
  return {
    project,
    env,
    get api() {
      return api;
    },
    /** Another, empty control plane. */
    async start(options: TestApiOptions): Promise<void> {
      await api.close();
      api = await openTestApi(options);
    },
    run: (argv: readonly string[], io: Partial<CliIo> = {}): Promise<CliRun> =>
      runInProcess(argv, { cwd: project, env, fetch: api.fetch, ...io }),
    async close(): Promise<void> {
      await api.close();
      await rm(project, { recursive: true, force: true });
    },
  };
};

export type CliProject = Awaited<ReturnType<typeof openCliProject>>;
