import { seededRandom } from '../../../core/evaluation/seeded-random.ts';
import type { CaseTable } from '../run/case-table.ts';
import { MOST_TEXT } from './page-case.ts';

export interface ChosenCases {
  /** Rows, the worst first. */
  readonly rows: readonly number[];
  /** Null: all of them. */
  readonly excerpt: string | null;
}

export interface PageLimits {
  /** Cases in a page. */
  readonly cases: number;
  /** What they take in it, about. */
  readonly bytes: number;
}

export const PAGE_LIMITS: PageLimits = { cases: 2000, bytes: 12_000_000 };

/** Of the page at most so much is for the worst of all flags; the rest is for a sample of everything else. */
const WORST_SHARE = 0.8;

/**
 * Which cases of a large run are in its page: of every flag in turn the worst one, so that a thousand errors do not hide the ten
 * regressions; and of the rest a sample, drawn by the seed. All of them where they fit.
 */
export const chooseCases = (
  { size, bytes }: Pick<CaseTable, 'size' | 'bytes'>,
  worstFirst: ArrayLike<number>,
  flags: ArrayLike<number>,
  flagCount: number,
  seed: string,
  limits: PageLimits = PAGE_LIMITS,
): ChosenCases => {
  const order = Array.from(worstFirst);
  const rank = new Map(order.map((row, place) => [row, place]));
  // Texts are cut in the page; a record that is larger for them costs no more.
  const cost = (row: number): number => Math.min(bytes[row]!, 4 * MOST_TEXT);
  let room = limits.bytes;
  const chosen = new Set<number>();
  const take = (row: number): void => {
    if (chosen.has(row) || cost(row) > room) return;
    chosen.add(row);
    room -= cost(row);
  };
  if (size <= limits.cases) for (const row of order) take(row);
  if (chosen.size === size) return { rows: order, excerpt: null };
  chosen.clear();
  const reserved = limits.bytes - limits.bytes * WORST_SHARE;
  room = limits.bytes - reserved;
  const queues = Array.from({ length: flagCount }, (_, bit) =>
    order.filter((row) => ((flags[row] ?? 0) & (1 << bit)) !== 0),
  );
  const mostWorst = Math.floor(limits.cases * WORST_SHARE);
  for (let at = 0; chosen.size < mostWorst && queues.some((queue) => at < queue.length); at += 1)
    for (const queue of queues) {
      const row = queue[at];
      if (row !== undefined && chosen.size < mostWorst) take(row);
    }
  const worst = chosen.size;
  room += reserved;
  const random = seededRandom(0, `page of ${seed}`);
  // A partial Fisher-Yates: as many draws as it takes, each row once.
  for (let drawn = 0; drawn < size && chosen.size < limits.cases; drawn += 1) {
    const other = drawn + Math.floor(random() * (size - drawn));
    const row = order[other]!;
    order[other] = order[drawn]!;
    order[drawn] = row;
    take(row);
  }
  const rows = [...chosen].sort((a, b) => rank.get(a)! - rank.get(b)!);
  const number = (value: number): string => value.toLocaleString('en');
  return {
    rows,
    excerpt:
      `This page holds ${number(rows.length)} of ${number(size)} cases: ${number(worst)} that have a flag, the worst of each first, ` +
      `and ${number(rows.length - worst)} drawn at random from the rest. The numbers on the buttons are about all cases; the run file has all of them.`,
  };
};
