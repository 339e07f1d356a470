import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('./scorer-process.ts', import.meta.url));

/** A program whose scorer is deaf to the end of its input. Prints the scorer's pid. */
const withScorer = (then: string) =>
  spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { startScorerProcess } from ${JSON.stringify(MODULE)};
     startScorerProcess(['sh', '-c', 'echo $$; sleep 600; true'], '/', {
       onLine: (pid) => { ${then} console.log(pid); },
       onEnd: () => {},
     });`,
  ]);

const HEARS_ONE = "process.once('SIGINT', () => console.log('heard'));";
const BREAKS = "console.log(pid); throw new Error('broken');";

it.each([
  ['a signal that nobody hears', '', 'SIGTERM', [null, 'SIGTERM']],
  ['the second interrupt', HEARS_ONE, 'SIGINT', [null, 'SIGINT']],
  ['an exception', BREAKS, null, [1, null]],
] as const)('a scorer ends with us at %s', async (_, then, signal, ended) => {
  const program = withScorer(then);
  const said: string[] = [];
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.push(text.trim());
    if (signal !== null) program.kill(signal);
  });
  expect(await once(program, 'exit')).toEqual(ended);
  expect(said.slice(1)).toEqual(then === HEARS_ONE ? ['heard'] : []);
  // The whole group, which may take a moment.
  await expect.poll(() => groupOf(Number(said[0])), { timeout: 5_000 }).toEqual([]);
});

const groupOf = (group: number): string[] => {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => {
    const [of, stat = ''] = line.trim().split(/\s+/);
    return Number(of) === group && !stat.startsWith('Z');
  });
};
