import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Budget, BudgetStanding } from '../../core/limits/budget.ts';
import type { Limits } from '../../core/limits/limits.ts';
import { type Admission, openAdmission } from './admission.ts';
import { type BookKeeper, openBookKeeper } from './book-keeper.ts';
import { type Booking, bookingElsewhere, bookingHere } from './booking.ts';
import { type AccountState, openBudgetAccount } from './budget-account.ts';
import { budgetFile } from './budget-file.ts';
import { openBudgets } from './budgets.ts';
import { type BookLevel, openLimitBook } from './limit-book.ts';

export interface OpenLimits extends Pick<Admission, 'admit' | 'counts'> {
  /** These are in force now. */
  follow(limits: Limits | undefined): void;
  /** Of the budgets in force. */
  standings(): readonly BudgetStanding[];
  /** To be called several times a second. */
  tick(): void;
  /**
   * Stops keeping book and account, if this process keeps them, and says all that is in them; null when it does not. From then on the
   * successor is asked, once it is there.
   */
  handOver(): Promise<KeptLimits | null>;
  /** Goes on with what the process before kept, or after it died with what is on disk. Also after `handOver`, when nobody took over. */
  takeOver(kept: KeptLimits | null): Promise<void>;
  close(): Promise<void>;
}

/** What the process that keeps book and account knows; plain JSON. */
export interface KeptLimits {
  readonly account: AccountState;
  readonly levels: readonly BookLevel[];
}

export interface LimitsSpec {
  readonly environment: string;
  /** Directory that only this user can enter, the same for all processes of the environment. */
  readonly directory: string;
  /** Which of `processes` this is; the first keeps the book. */
  readonly process: number;
  readonly processes: number;
  readonly onTrouble: (what: string, error: unknown) => void;
  /** Where the account of budgets is kept. */
  readonly stateDir: string;
  /** Of this process. */
  readonly boot: string;
  /** Called in the process that keeps the account alone. */
  readonly onBudget: (budget: Budget, percent: number, spent: number) => void;
  /** Another process still has this one's part; `takeOver` will tell when it has not. Default: there is none. */
  readonly isWaiting?: boolean;
}

const SAVE_EVERY_MS = 1_000;

/** The limits of an environment, as one of its processes keeps to them. */
export async function openLimits(spec: LimitsSpec): Promise<OpenLimits> {
  const { processes, onTrouble, isWaiting = false } = spec;
  const nowMs = (): number => performance.now();
  const socketPath = path.join(spec.directory, socketName(spec.environment));
  const file = budgetFile(spec.stateDir, spec.environment);
  const load = (): Promise<AccountState> =>
    file.load((why) => onTrouble('the account of the budgets cannot be read: it begins at nothing', why));
  const account = openBudgetAccount(isWaiting ? {} : await load());
  const book = openLimitBook(account);
  let keeper: BookKeeper | null = null;
  const mayKeep = processes === 1 || spec.process === 0;
  const openKeeper = (): Promise<BookKeeper | null> =>
    openBookKeeper({ socketPath, book, nowMs, onTrouble }).catch((error: unknown) => {
      onTrouble('the limits cannot be shared with the other processes: each keeps to its part', error);
      return null;
    });
  const here = bookingHere(book, nowMs);
  const elsewhere = (tell = onTrouble): Booking =>
    bookingElsewhere({ socketPath, processes, nowMs, onTrouble: tell });
  if (processes > 1 && mayKeep && !isWaiting) keeper = await openKeeper();
  let current = keeper !== null || processes === 1 || (isWaiting && mayKeep) ? here : elsewhere();
  const booking: Booking = {
    send: (entries, then) => current.send(entries, then),
    close: () => current.close(),
  };
  let isKeeper = (processes === 1 || keeper !== null) && !isWaiting;
  const budgets = openBudgets({
    boot: spec.boot,
    processes,
    booking,
    nowMs: Date.now,
    initial: account.total,
    onReached(budget, percent, spent) {
      if (isKeeper) spec.onBudget(budget, percent, spent);
    },
  });
  const admission = openAdmission({ booking, budgets, nowMs, isAlone: () => processes === 1 && isKeeper });
  let saving: Promise<void> | null = null;
  let savedAtMs = Number.NEGATIVE_INFINITY;
  /** While the account is stored for a successor; until it is, both can be taken back without the disk. */
  let handing: symbol | null = null;
  const save = (): void => {
    if (!isKeeper || saving !== null || nowMs() - savedAtMs < SAVE_EVERY_MS) return;
    const changes = account.takeChanges();
    if (changes === null) return;
    savedAtMs = nowMs();
    saving = file
      .save(changes)
      .catch((error: unknown) => {
        account.markChanged();
        onTrouble(
          'the account of the budgets cannot be stored: a restart forgets what was spent since',
          error,
        );
      })
      .then(() => {
        saving = null;
      });
  };
  return {
    admit: admission.admit,
    counts: admission.counts,
    follow: budgets.follow,
    standings: budgets.standings,
    tick() {
      admission.tick();
      book.tidy(nowMs());
      budgets.tick();
      save();
    },
    async handOver() {
      if (!isKeeper) return null;
      isKeeper = false;
      const own = Symbol('handing over');
      handing = own;
      await saving;
      if (handing === own) {
        saving = file
          .save(account.state())
          .catch((error: unknown) => onTrouble('the account of the budgets cannot be stored', error))
          .then(() => {
            saving = null;
          });
        await saving;
      }
      // The disk took too long, and this process has gone on.
      if (handing !== own) return null;
      handing = null;
      // Before the successor's is there: closing removes whatever has the socket's name.
      await keeper?.close();
      keeper = null;
      // The successor's is there in a moment, and until then not being reached is no trouble.
      current = elsewhere(() => {});
      return { account: account.state(), levels: book.levels(nowMs()) };
    },
    async takeOver(kept) {
      if (!mayKeep || isKeeper) return;
      if (handing !== null) {
        handing = null;
        isKeeper = true;
        return;
      }
      const former = current;
      account.merge(kept?.account ?? (await load()));
      if (kept !== null) book.restore(kept.levels, nowMs());
      // Also where there is one process: the one that leaves goes on to book.
      keeper = await openKeeper();
      if (keeper === null && processes > 1) return;
      current = here;
      if (former !== here) former.close();
      isKeeper = true;
      budgets.beginAnew();
    },
    async close() {
      admission.close();
      await budgets.close();
      await saving;
      savedAtMs = Number.NEGATIVE_INFINITY;
      save();
      await saving;
      booking.close();
      await keeper?.close();
    },
  };
}

/** No longer than the control plane's socket beside it: paths of sockets are short. */
const socketName = (environment: string): string =>
  `l-${createHash('sha256').update(environment).digest('hex').slice(0, 6)}.sock`;
