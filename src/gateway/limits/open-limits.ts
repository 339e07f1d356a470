import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Budget, BudgetStanding } from '../../core/limits/budget.ts';
import type { Limits } from '../../core/limits/limits.ts';
import { type Admission, openAdmission } from './admission.ts';
import { type BookKeeper, openBookKeeper } from './book-keeper.ts';
import { type Booking, bookingElsewhere, bookingHere } from './booking.ts';
import { openBudgetAccount } from './budget-account.ts';
import { budgetFile } from './budget-file.ts';
import { openBudgets } from './budgets.ts';
import { openLimitBook } from './limit-book.ts';

export interface OpenLimits extends Pick<Admission, 'admit' | 'counts'> {
  /** These are in force now. */
  follow(limits: Limits | undefined): void;
  /** Of the budgets in force. */
  standings(): readonly BudgetStanding[];
  /** To be called several times a second. */
  tick(): void;
  close(): Promise<void>;
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
}

const SAVE_EVERY_MS = 1_000;

/** The limits of an environment, as one of its processes keeps to them. */
export async function openLimits(spec: LimitsSpec): Promise<OpenLimits> {
  const { processes, onTrouble } = spec;
  const nowMs = (): number => performance.now();
  const socketPath = path.join(spec.directory, socketName(spec.environment));
  const file = budgetFile(spec.stateDir, spec.environment);
  const account = openBudgetAccount(
    await file.load((why) =>
      onTrouble('the account of the budgets cannot be read: it begins at nothing', why),
    ),
  );
  const book = openLimitBook(account);
  let keeper: BookKeeper | null = null;
  let booking: Booking = bookingHere(book, nowMs);
  if (processes > 1) {
    if (spec.process === 0)
      keeper = await openBookKeeper({ socketPath, book, nowMs, onTrouble }).catch((error: unknown) => {
        onTrouble('the limits cannot be shared with the other processes: each keeps to its part', error);
        return null;
      });
    if (keeper === null) booking = bookingElsewhere({ socketPath, processes, nowMs, onTrouble });
  }
  const isKeeper = processes === 1 || keeper !== null;
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
  const admission = openAdmission({ booking, budgets, nowMs });
  let saving: Promise<void> | null = null;
  let savedAtMs = Number.NEGATIVE_INFINITY;
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
