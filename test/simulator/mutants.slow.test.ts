import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

/** Plays seeds over a mutant until one fails; what node said and how it ended. */
const hunt = (name: string) =>
  spawnSync(
    process.execPath,
    [
      '--import',
      './test/simulator/mutate-hook.ts',
      'scripts/simulate.ts',
      '--from=1',
      '--seeds=10000',
      '--stop',
      '--no-shrink',
    ],
    { cwd: root, encoding: 'utf8', env: { ...process.env, TIDEGATE_MUTANT: name }, timeout: 280_000 },
  );

describe('the simulator finds each of these faults within 10,000 seeds', () => {
  it.each(mutants)('$breaks: $name', ({ name, seenAs }) => {
    const { status, stdout, stderr } = hunt(name);
    expect(stderr).toBe('');
    expect(status, stdout).toBe(1);
    const rule = /^seed \d+ breaks (\S+) at/m.exec(stdout)?.[1];
    expect(seenAs, stdout).toContain(rule);
  });

  it('and has one for every invariant that it watches', () => {
    const broken = new Set(mutants.map(({ breaks }) => breaks));
    for (const rule of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10'])
      expect(broken, rule).toContain(rule);
  });

  it('says so when the text that a mutant replaces is gone', () => {
    expect(hunt('no such mutant')).toMatchObject({ status: 3 });
  });
});
