import type { Comparison, WorldResult } from './comparison.ts';
import type { Aim } from './numbers/aim.ts';
import type { Outcomes, Part, Spread } from './outcomes.ts';

/** The page with every table between `<!-- table NAME -->` and `<!-- end -->` made anew. Throws for a table nobody knows. */
export const fillPage = (page: string, comparison: Comparison): string =>
  page.replaceAll(/<!-- table (.+?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`There is no table called ${name}.`);
    return `<!-- table ${name} -->\n${table(comparison)}\n<!-- end -->`;
  });

const tables: Readonly<Record<string, (comparison: Comparison) => string>> = {
  rules: ({ contestants, worlds }) =>
    tableOf(
      ['rule', 'parameters', 'runs a world'],
      contestants.map(({ id, name, parameters }) => [name, parameters, `${worlds[0]!.outcomes[id]!.runs}`]),
    ),
  'false rollbacks': (comparison) => byWorld(comparison, 'equal', ({ rolledBack }) => shareText(rolledBack)),
  'serves all': (comparison) =>
    byWorld(comparison, 'equal', ({ secondsToServeAll, waiting }) =>
      [
        ...(secondsToServeAll === null ? [] : [`${digits(secondsToServeAll.median / 60)} min`]),
        ...(waiting.runs === 0 ? [] : [`waits ${percent(waiting.share)}`]),
      ].join(', '),
    ),
  missed: (comparison) => byWorld(comparison, 'worse', ({ promoted }) => shareText(promoted)),
  'requests to rollback': (comparison) =>
    byWorld(comparison, 'worse', ({ requestsToRollback }) => spreadText(requestsToRollback), {
      heading: 'Wald at 0.1 %',
      cell: ({ limits }) =>
        limits === null ? '' : count(limits.find(({ alpha }) => alpha === 0.001)!.requests),
    }),
  'seconds to rollback': (comparison) =>
    byWorld(comparison, 'worse', ({ secondsToRollback }) => spreadText(secondsToRollback)),
  'bad answers': (comparison) =>
    byWorld(comparison, 'worse', ({ meanBadCandidateRequests }) => digits(meanBadCandidateRequests)),
  duels: ({ duels }) =>
    tableOf(
      ['alpha', 'failing', 'Tidegate: found', 'requests', 'GrowthBook: found', 'requests', 'runs'],
      duels.map(({ alpha, stable, candidate, rules, runs }) => [
        percent(alpha),
        candidate > stable ? `${number(stable * 100)} → ${percent(candidate)}` : `both ${percent(stable)}`,
        ...[rules.tidegate, rules.growthbook].flatMap(({ found, requests }) => [
          `${percent(found.share)} (${number(found.low * 100)}–${number(found.high * 100)})`,
          requests === null ? '–' : `${count(requests.median)} (${count(requests.p90)})`,
        ]),
        `${runs}`,
      ]),
    ),
  aims: ({ aims }) =>
    tableOf(
      ['what', 'under', 'at most', 'measured (95 %)', 'Wald', 'runs', ''],
      aims.map((aim) => [
        aim.what,
        aim.under,
        figure(aim, aim.target),
        `${figure(aim, aim.measured)} (${figure(aim, aim.low)} to ${figure(aim, aim.high)})`,
        aim.limit === null ? '' : count(aim.limit),
        `${aim.runs}`,
        aim.verdict === 'missed' ? '**missed**' : aim.verdict,
      ]),
    ),
};

const byWorld = (
  { contestants, worlds }: Comparison,
  candidate: WorldResult['candidate'],
  cellOf: (outcomes: Outcomes) => string,
  extra?: { readonly heading: string; readonly cell: (world: WorldResult) => string },
): string =>
  tableOf(
    ['world', ...(extra ? [extra.heading] : []), ...contestants.map(({ name }) => name)],
    worlds
      .filter((world) => world.candidate === candidate)
      .map((world) => [
        world.says,
        ...(extra ? [extra.cell(world)] : []),
        ...contestants.map(({ id }) => cellOf(world.outcomes[id]!) || '–'),
      ]),
  );

const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const shareText = ({ share, low, high }: Part): string =>
  `${percent(share)} (${number(low * 100)}–${number(high * 100)})`;

const spreadText = (spread: Spread | null): string =>
  spread === null ? '' : `${count(spread.median)} (${count(spread.p90)})`;

const figure = ({ unit }: Aim, value: number): string =>
  unit === 'share of runs' ? percent(value) : unit === 'ms' ? `${count(value)} ms` : count(value);

const percent = (share: number): string => `${number(share * 100)} %`;
const number = (value: number): string => `${Number(value.toFixed(value < 10 ? 1 : 0))}`;
const digits = (value: number): string => count(Number(value.toPrecision(3)));
const count = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en-US') : `${Number(value.toPrecision(3))}`;
