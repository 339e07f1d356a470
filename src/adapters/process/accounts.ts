import { readFileSync } from 'node:fs';

/** The user and group that a workload runs as. */
export interface Account {
  /** One for each workload: a candidate can neither read nor signal the stable release beside it. */
  readonly uid: number;
  /** One for each service, for good: what an operator may give access to shared files. */
  readonly gid: number;
}

/** Kept in the state directory, so that the numbers stay the same. */
export interface AccountBook {
  readonly uids: Readonly<Record<string, number>>;
  readonly gids: Readonly<Record<string, number>>;
  /** Where the search for a free uid goes on: a number just given back is the last to be used again. */
  readonly nextUid: number;
}

export interface AccountRange {
  readonly base: number;
  readonly count: number;
}

/** Below 60000, where systemd's own ranges and containers' begin; useradd counts up from 1000. */
export const defaultAccountRange: AccountRange = { base: 56_000, count: 4_000 };

export const emptyAccountBook: AccountBook = { uids: {}, gids: {}, nextUid: 0 };

/** The account of a workload, entered into the book if it is new; null when the range is used up. */
export function openAccount(
  book: AccountBook,
  range: AccountRange,
  workload: { readonly id: string; readonly service: string },
  foreign: { readonly uids: ReadonlySet<number>; readonly gids: ReadonlySet<number> },
): { book: AccountBook; account: Account } | null {
  const gid = book.gids[workload.service] ?? firstFree(range, 0, Object.values(book.gids), foreign.gids);
  const uid =
    book.uids[workload.id] ?? firstFree(range, book.nextUid, Object.values(book.uids), foreign.uids);
  if (gid === null || uid === null) return null;
  const isNew = book.uids[workload.id] === undefined;
  return {
    account: { uid, gid },
    book: {
      uids: { ...book.uids, [workload.id]: uid },
      gids: { ...book.gids, [workload.service]: gid },
      nextUid: isNew ? (uid - range.base + 1) % range.count : book.nextUid,
    },
  };
}

/** Gives a workload's uid back; its service keeps the gid. */
export function closeAccount(book: AccountBook, workloadId: string): AccountBook {
  const { [workloadId]: _, ...uids } = book.uids;
  return { ...book, uids };
}

function firstFree(
  range: AccountRange,
  start: number,
  used: readonly number[],
  foreign: ReadonlySet<number>,
): number | null {
  const taken = new Set(used);
  for (let step = 0; step < range.count; step++) {
    const id = range.base + ((start + step) % range.count);
    if (!taken.has(id) && !foreign.has(id)) return id;
  }
  return null;
}

/** Numbers that the machine's own lists give to somebody. */
export const foreignAccounts = (): { uids: ReadonlySet<number>; gids: ReadonlySet<number> } => ({
  uids: idsIn('/etc/passwd'),
  gids: idsIn('/etc/group'),
});

function idsIn(file: string): ReadonlySet<number> {
  try {
    return new Set(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => Number(line.split(':')[2] ?? Number.NaN)),
    );
  } catch {
    return new Set();
  }
}
