import type { OutputCheck, OutputChecks } from '../../core/release/manifest.ts';
import type { WireAnswer } from './answer-view.ts';
import { askChecker, type HttpCheck } from './ask-checker.ts';
import type { CheckThread, ThreadChecker, Unchecked } from './check-thread.ts';
import type { LocalCheck } from './compile-checks.ts';
import { openForbearance } from './forbearance.ts';
import type { Outbound } from './outbound.ts';

/** `check` is its index in the release's list; `fault` a code without anything of the answer, such as `schema:required`. */
export type CheckResult =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid';
      readonly check: number;
      readonly checkKind: OutputCheck['kind'];
      readonly fault: string;
    }
  | { readonly kind: 'unchecked'; readonly why: Unchecked };

/** Runs the output checks of one release on answers. */
export interface Checker {
  /** Never rejects. An answer that fails one check is invalid even where another could not be run. */
  check(answer: WireAnswer): Promise<CheckResult>;
  /** False when an answer that came now would not be checked. */
  isReady(): boolean;
  /** Why the checks cannot be used at all; null when nothing is known against them. */
  problem(): string | null;
  close(): void;
}

export interface CheckerParts {
  readonly thread: CheckThread;
  readonly outbound: Outbound;
  /** Shared by all checkers of the process. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
}

/** Those that need only the answer run first and in order, in the thread; then the ones that ask somebody else. */
export function openChecker({ checks }: OutputChecks, { thread, outbound, inTurn }: CheckerParts): Checker {
  const local = numbered(checks, isLocal);
  const remote = numbered(checks, isRemote);
  const forbearance = openForbearance();
  const threadChecker: ThreadChecker | null =
    local.length === 0 ? null : thread.open(local.map(({ check }) => check));

  return {
    async check(answer) {
      let unchecked: Unchecked | null = null;
      if (threadChecker !== null) {
        const result = await threadChecker.run(answer, false);
        if (result.kind === 'invalid') {
          const { index, check } = local[result.check]!;
          return { kind: 'invalid', check: index, checkKind: check.kind, fault: result.fault };
        }
        if (result.kind === 'unchecked') unchecked = result.why;
      }
      for (const { index, check } of remote) {
        const said = await inTurn(() => askChecker(outbound, check, answer));
        if (said === 'invalid')
          return { kind: 'invalid', check: index, checkKind: 'http', fault: 'said-invalid' };
        if (said === 'no-answer') {
          unchecked ??= 'no-answer';
          forbearance.offended(performance.now());
        } else forbearance.behaved();
      }
      return unchecked === null ? { kind: 'valid' } : { kind: 'unchecked', why: unchecked };
    },
    isReady: () =>
      forbearance.isOver(performance.now()) && (threadChecker === null || threadChecker.isReady()),
    problem: () => threadChecker?.problem() ?? null,
    close: () => threadChecker?.close(),
  };
}

const isRemote = (check: OutputCheck): check is HttpCheck => check.kind === 'http';
const isLocal = (check: OutputCheck): check is LocalCheck => check.kind !== 'http';

const numbered = <T extends OutputCheck>(
  checks: readonly OutputCheck[],
  isOne: (check: OutputCheck) => check is T,
): readonly { readonly index: number; readonly check: T }[] =>
  checks.flatMap((check, index) => (isOne(check) ? [{ index, check }] : []));
