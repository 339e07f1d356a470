import type Database from 'better-sqlite3';
import { sumsOf, USAGE_GROUPS, type UsageGroup, type UsageSums } from '../../core/cost/usage-sums.ts';
import type {
  CountedUsage,
  UsageAddition,
  UsageChanges,
  UsageQuery,
  UsageRow,
} from '../../ports/usage-store.ts';

const SUMS = ['calls', 'unpriced', 'untold', 'input_tokens', 'cached_tokens', 'output_tokens', 'cost_nanos'];
const NAMES = ['service', 'release', 'release_version', 'track', 'api_key', 'model'];
const sums = SUMS.map((name) => `${name} INTEGER NOT NULL`).join(', ');
const names = NAMES.map((name) => `${name} TEXT NOT NULL`).join(', ');

/** Where there is no key or no model an empty text stands. */
export const usageSchema = [
  `CREATE TABLE usage (environment TEXT NOT NULL, day TEXT NOT NULL, ${names}, ${sums}, PRIMARY KEY (environment, day, ${NAMES.join(', ')})) STRICT, WITHOUT ROWID`,
  `CREATE TABLE usage_counted (boot TEXT NOT NULL, ${names}, ${sums}, PRIMARY KEY (boot, ${NAMES.join(', ')})) STRICT, WITHOUT ROWID`,
];

export interface UsageTables {
  save(changes: UsageChanges): void;
  counted(): readonly CountedUsage[];
  usage(query: UsageQuery): readonly UsageRow[];
}

const COLUMN: Readonly<Record<UsageGroup, string>> = {
  environment: 'environment',
  day: 'day',
  service: 'service',
  release: 'release',
  releaseVersion: 'release_version',
  track: 'track',
  key: 'api_key',
  model: 'model',
};
const most = Number.MAX_SAFE_INTEGER;

export function usageTables(database: Database.Database): UsageTables {
  const places = (count: number): string => Array.from({ length: count }, () => '?').join(', ');
  const add = database.prepare(
    `INSERT INTO usage (environment, day, ${NAMES.join(', ')}, ${SUMS.join(', ')}) VALUES (${places(2 + NAMES.length + SUMS.length)})
     ON CONFLICT DO UPDATE SET ${SUMS.map((name) => `${name} = min(${name} + excluded.${name}, ${most})`).join(', ')}`,
  );
  const count = database.prepare(
    `INSERT OR REPLACE INTO usage_counted (boot, ${NAMES.join(', ')}, ${SUMS.join(', ')}) VALUES (${places(1 + NAMES.length + SUMS.length)})`,
  );
  const forget = database.prepare('DELETE FROM usage_counted WHERE boot = ?');
  const drop = database.prepare('DELETE FROM usage WHERE day < ?');
  const counted = database
    .prepare<[], (string | number)[]>(
      `SELECT boot, ${NAMES.join(', ')}, ${SUMS.join(', ')} FROM usage_counted ORDER BY boot, ${NAMES.join(', ')}`,
    )
    .raw();

  const save = database.transaction(
    ({ additions, counted: newCounts, forgotten, dropBefore }: UsageChanges) => {
      for (const one of additions) add.run(one.environment, one.day, ...nameValues(one), ...sumValues(one));
      for (const one of newCounts) count.run(one.boot, ...nameValues(one), ...sumValues(one));
      for (const boot of forgotten) forget.run(boot);
      if (dropBefore !== null) drop.run(dropBefore);
    },
  );

  return {
    save: (changes) => save.immediate(changes),
    counted: () =>
      counted
        .all()
        .map(([boot, ...rest]) => ({ boot: String(boot), ...nameOf(rest), ...sumsAt(rest, NAMES.length) })),
    usage({ by, since, environment, service, release, key }) {
      // Names of columns come from the table above alone.
      const groups = USAGE_GROUPS.filter((name) => by.includes(name));
      const ordered = by.filter((name) => groups.includes(name));
      const where: string[] = ['day >= ?'];
      const values: string[] = [since];
      const need = (condition: string, value: string | undefined, times = 1): void => {
        if (value === undefined) return;
        where.push(condition);
        values.push(...Array.from({ length: times }, () => value));
      };
      need('environment = ?', environment);
      need('service = ?', service);
      need('(release = ? OR release_version = ?)', release, 2);
      need('api_key = ?', key);
      const columns = ordered.map((name) => COLUMN[name]);
      const selected = [...columns, ...SUMS.map((name) => `min(sum(${name}), ${most})`)].join(', ');
      const grouped =
        columns.length === 0
          ? 'HAVING count(*) > 0'
          : `GROUP BY ${columns.join(', ')} ORDER BY ${columns.join(', ')}`;
      return database
        .prepare<string[], (string | number)[]>(
          `SELECT ${selected} FROM usage WHERE ${where.join(' AND ')} ${grouped}`,
        )
        .raw()
        .all(...values)
        .map((row) => ({
          group: Object.fromEntries(
            ordered.map((name, at) => [name, row[at] === '' ? null : String(row[at])]),
          ),
          ...sumsAt(row, ordered.length),
        }));
    },
  };
}

const nameValues = ({
  service,
  release,
  releaseVersion,
  track,
  key,
  model,
}: UsageAddition | CountedUsage): string[] => [
  service,
  release,
  releaseVersion,
  track,
  key ?? '',
  model ?? '',
];

const sumValues = (one: UsageSums): number[] => Object.values(sumsOf(one));

function sumsAt(row: readonly (string | number)[], from: number): UsageSums {
  const [calls, unpriced, untold, inputTokens, cachedTokens, outputTokens, costNanos] = row
    .slice(from)
    .map(Number);
  return {
    calls: calls!,
    unpriced: unpriced!,
    untold: untold!,
    inputTokens: inputTokens!,
    cachedTokens: cachedTokens!,
    outputTokens: outputTokens!,
    costNanos: costNanos!,
  };
}

function nameOf(
  row: readonly (string | number)[],
): Pick<CountedUsage, 'service' | 'release' | 'releaseVersion' | 'track' | 'key' | 'model'> {
  const [service, release, releaseVersion, track, key, model] = row.map(String);
  return {
    service: service!,
    release: release!,
    releaseVersion: releaseVersion!,
    track: track as CountedUsage['track'],
    key: key === '' ? null : key!,
    model: model === '' ? null : model!,
  };
}
