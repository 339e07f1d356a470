import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chartOf } from './chart.ts';
import { compareInWorld } from './compare-in-world.ts';
import type { Comparison } from './comparison.ts';
import { contestants } from './contestants.ts';
import { fightDuels } from './numbers/duel.ts';
import { measureAims } from './numbers/measure-aims.ts';
import { fillPage } from './page.ts';
import { worlds } from './worlds.ts';

/** See README.md. `--effort 0.1` runs a tenth and writes nothing; `--pages` makes chart and page from the stored result. */
const { values } = parseArgs({
  options: {
    effort: { type: 'string', default: '1' },
    world: { type: 'string' },
    pages: { type: 'boolean', default: false },
  },
});
const resultFile = new URL('../results/decisions.json', import.meta.url);
const chartFile = new URL('../results/decisions.svg', import.meta.url);
const pageFile = new URL('../../docs/decisions.md', import.meta.url);

const compare = (effort: number): Comparison => ({
  what: 'decision rules of several products on the same simulated traffic',
  command: 'npm run bench:decisions',
  effort,
  contestants: contestants.map(({ id, name, parameters }) => ({ id, name, parameters })),
  worlds: worlds
    .filter(({ id }) => values.world === undefined || id === values.world)
    .map((world) => {
      const result = compareInWorld(world, contestants, effort);
      console.log(`\n${world.id}: ${world.says}`);
      console.table(
        Object.fromEntries(
          Object.entries(result.outcomes).map(([id, one]) => [
            id,
            {
              runs: one.runs,
              'rolled back': one.rolledBack.runs,
              promoted: one.promoted.runs,
              waiting: one.waiting.runs,
              'requests to rollback': one.requestsToRollback?.median,
              'seconds to rollback': one.secondsToRollback?.median,
              'seconds to serve all': one.secondsToServeAll?.median,
            },
          ]),
        ),
      );
      return result;
    }),
  aims: values.world === undefined ? measureAims(effort) : [],
  duels: values.world === undefined ? fightDuels(effort) : [],
});

const writePages = (comparison: Comparison): void => {
  writeFileSync(chartFile, chartOf(comparison));
  writeFileSync(pageFile, fillPage(readFileSync(pageFile, 'utf8'), comparison));
};

if (values.pages) writePages(JSON.parse(readFileSync(resultFile, 'utf8')) as Comparison);
else {
  const effort = Number(values.effort);
  if (!(effort > 0 && effort <= 10))
    throw new RangeError(`--effort is ${values.effort}, but must be above 0, at most 10`);
  const before = process.cpuUsage();
  const comparison = compare(effort);
  const { user, system } = process.cpuUsage(before);
  console.table(
    comparison.aims.map(({ what, under, target, measured, verdict }) => ({
      what,
      under,
      target,
      measured,
      verdict,
    })),
  );
  console.log(`${Math.round((user + system) / 1e6)} s of processor time`);
  if (effort === 1 && values.world === undefined) {
    writeFileSync(resultFile, `${JSON.stringify(comparison, null, 1)}\n`);
    writePages(comparison);
  }
}
