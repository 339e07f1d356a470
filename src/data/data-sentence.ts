import type { DataFinding } from '../core/data-schema/data-finding.ts';

/** A finding in words, without the rows it names: `age: 3 values are below 0`. */
export const dataSentence = ({ fault, column, count, limit, found }: DataFinding): string => {
  const where = column === null ? '' : `${column}: `;
  const values = count === 1 ? '1 value is' : `${count} values are`;
  switch (fault) {
    case 'unreadable':
      return `${rowsOf(count)} cannot be read`;
    case 'too-few-rows':
      return `there are ${found} rows, fewer than ${limit}`;
    case 'too-many-rows':
      return `there are ${found} rows, more than ${limit}`;
    case 'missing-column':
      return `${where}no row has anything in this column`;
    case 'unknown-column':
      return `${where}this column is not in the schema`;
    case 'nulls':
      return limit === 0
        ? `${where}nothing stands in ${rowsOf(count)}`
        : `${where}nothing stands in ${rowsOf(count)}, ${percent(found ?? 0)} % of all; at most ${percent(limit ?? 0)} % may be so`;
    case 'type':
      return `${where}${values} not of its type`;
    case 'below':
      return `${where}${values} below ${limit}`;
    case 'above':
      return `${where}${values} above ${limit}`;
    case 'too-short':
      return `${where}${values} shorter than ${limit} characters`;
    case 'too-long':
      return `${where}${values} longer than ${limit} characters`;
    case 'pattern':
      return `${where}${count === 1 ? '1 value does' : `${count} values do`} not match the pattern`;
    case 'category':
      return `${where}${values} none of those allowed`;
    case 'duplicate':
      return `${where}${count === 1 ? '1 value stands' : `${count} values stand`} in an earlier row already`;
    case 'old':
      return `${where}${values} older than ${age(limit)}`;
    case 'future':
      return `${where}${count === 1 ? '1 value lies' : `${count} values lie`} in the future`;
    case 'stale':
      return found === null
        ? `${where}there is no timestamp up to now, so nothing shows that it is fresh`
        : `${where}the newest value is ${age(found)} old, more than ${age(limit)}`;
  }
};

const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}`;

const AGES = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const age = (ms: number | null): string => {
  const given = ms ?? 0;
  const [unit, size] = AGES.find(([, each]) => given >= each) ?? ['second', 1000];
  const count = Number((given / size).toFixed(1));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};
