import type { JudgeSpec, OutputCheck, OutputChecks } from '../../core/release/manifest.ts';
import type { Exchange } from '../exchange.ts';
import { type CapturedAnswer, capturedBody } from '../mirror/captured-answer.ts';
import type { Outcome, Outcomes } from '../outcomes/outcomes.ts';
import type { WireAnswer } from './answer-view.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { openCheckThread, type ThreadChecker, type Unchecked } from './check-thread.ts';
import { type Checker, openChecker } from './checker.ts';
import { JUDGED_CHARACTERS_AT_MOST, type Judge, openJudge, type Unjudged } from './judge.ts';
import { newestOf } from './newest-of.ts';
import { openOutbound } from './outbound.ts';
import { isSampled } from './sampled.ts';

/** Has a sample of the answers checked and judged, and settles the guards `invalid` and `judge` with what comes out. */
export interface AnswerChecks {
  /**
   * Decides at the start of a request whether its answer will be checked or judged: by its id and by what is free now, never by its
   * track. Null: neither. What is returned owes an answer, or its `release`.
   */
  begin(exchange: Exchange, outcome: Outcome): Checking | null;
  counts(): AnswerCheckCounts;
  /** The newest answers that were found invalid, oldest first. Nothing of the answers themselves. */
  invalid(): readonly InvalidAnswer[];
  /** Lets checks that are under way come to an end, for a moment. */
  close(): Promise<void>;
}

/** What is owed to one request. Only the first call of either does anything. */
export interface Checking {
  /** The complete 2xx answer of the track that was drawn. */
  answered(capture: CapturedAnswer): void;
  /** There will be no such answer. */
  release(): void;
}

export interface AnswerCheckCounts {
  readonly valid: number;
  readonly invalid: number;
  readonly unchecked: Readonly<Partial<Record<Unchecked | 'too-large', number>>>;
  /** Sampled, but nothing was free to check them with; they count for no track. */
  readonly passedOver: number;
  readonly judged: number;
  readonly judgedBad: number;
  readonly unjudged: Readonly<Partial<Record<Unjudged | Unchecked, number>>>;
  readonly threadsEnded: number;
}

export interface InvalidAnswer {
  readonly invocation: string;
  readonly service: string;
  readonly rollout: string;
  readonly track: 'stable' | 'candidate';
  readonly atMs: number;
  /** Index in the release's list of checks. */
  readonly check: number;
  readonly checkKind: OutputCheck['kind'];
  readonly fault: string;
}

export interface AnswerChecksSpec {
  readonly outcomes: Pick<Outcomes, 'expectCheck' | 'settle' | 'abandon'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onInvalid: (answer: InvalidAnswer) => void;
  /** Something the operator has to mend; said once for each. */
  readonly onTrouble: (what: string, about: object) => void;
}

/** Answers owed at once; each may hold as much as an answer that is compared. */
const CHECKS_OWED_AT_MOST = 256;
const JUDGEMENTS_OWED_AT_MOST = 64;
const INVALID_KEPT = 20;
/** For checks under way when the process ends; judges take longer than an ending should. */
const CLOSE_WAITS_MS = 1_000;
/** Sets of checks, and rollouts, that are remembered. */
const CHECKERS_KEPT = 128;
const JUDGES_KEPT = 1024;

export function openAnswerChecks({
  outcomes,
  environment,
  onInvalid,
  onTrouble,
}: AnswerChecksSpec): AnswerChecks {
  const thread = openCheckThread();
  const outbound = openOutbound();
  const askCheckers = atMostAtOnce(16);
  const askJudges = atMostAtOnce(4);
  const checkers = newestOf<string, Checker>(CHECKERS_KEPT, (checker) => checker.close());
  const keys = new WeakMap<OutputChecks, string>();
  const judges = newestOf<string, Judge>(JUDGES_KEPT, () => {});
  const invalid: InvalidAnswer[] = [];
  const complained = new Set<string>();
  const unchecked: Partial<Record<Unchecked | 'too-large', number>> = {};
  const unjudged: Partial<Record<Unjudged | Unchecked, number>> = {};
  const total = { valid: 0, invalid: 0, passedOver: 0, judged: 0, judgedBad: 0 };
  const owed = { checks: 0, judgements: 0 };
  let reader: ThreadChecker | null = null;

  const complain = (what: string, about: object): void => {
    const key = what + JSON.stringify(about);
    if (complained.has(key) || complained.size >= 1_000) return;
    complained.add(key);
    onTrouble(what, about);
  };
  /** Every table brings the same checks as new objects; they are compiled once. */
  const checkerFor = (checks: OutputChecks): Checker => {
    let key = keys.get(checks);
    if (key === undefined) {
      key = JSON.stringify(checks.checks);
      keys.set(checks, key);
    }
    return checkers.take(key, () => openChecker(checks, { thread, outbound, inTurn: askCheckers }));
  };
  const judgeFor = (rollout: string, spec: JudgeSpec): Judge =>
    judges.take(rollout, () => openJudge(spec, { outbound, inTurn: askJudges, environment }));

  const expectsCheck = ({ id }: Exchange, outcome: Outcome, checks: OutputChecks): Checker | null => {
    if (outcome.cohort.guards.invalid === undefined || !isSampled('checks', id, checks.share)) return null;
    const checker = checkerFor(checks);
    const problem = checker.problem();
    if (problem !== null)
      complain('the output checks of a release cannot be used', { service: outcome.cohort.service, problem });
    if (owed.checks >= CHECKS_OWED_AT_MOST || !checker.isReady()) {
      total.passedOver += 1;
      return null;
    }
    return outcomes.expectCheck(outcome, 'invalid') ? checker : null;
  };
  const expectsJudgement = ({ id, body }: Exchange, outcome: Outcome, spec: JudgeSpec): Judge | null => {
    if (outcome.cohort.guards.judge === undefined || !isSampled('judge', id, spec.share)) return null;
    // A body that streams through is kept nowhere, and a long one is not judged: neither depends on the track.
    if (body !== null && (!Buffer.isBuffer(body) || body.length > JUDGED_CHARACTERS_AT_MOST)) return null;
    const judge = judgeFor(outcome.cohort.rollout, spec);
    if (owed.judgements >= JUDGEMENTS_OWED_AT_MOST || !judge.reserve()) {
      total.passedOver += 1;
      return null;
    }
    if (outcomes.expectCheck(outcome, 'judge')) return judge;
    judge.release();
    return null;
  };

  const check = async (
    checker: Checker,
    exchange: Exchange,
    outcome: Outcome,
    answer: WireAnswer | null,
  ): Promise<void> => {
    const result = answer === null ? null : await checker.check(answer);
    owed.checks -= 1;
    if (result === null || result.kind === 'unchecked') {
      outcomes.abandon(outcome, 'invalid');
      const why = result?.why ?? 'too-large';
      unchecked[why] = (unchecked[why] ?? 0) + 1;
      return;
    }
    total[result.kind] += 1;
    outcomes.settle(outcome, 'invalid', result.kind === 'invalid');
    if (result.kind === 'valid') return;
    const { check, checkKind, fault } = result;
    const { service, rollout } = outcome.cohort;
    const track = outcome.track as InvalidAnswer['track'];
    const found = {
      invocation: exchange.id,
      service,
      rollout,
      track,
      atMs: exchange.atMs,
      check,
      checkKind,
      fault,
    };
    invalid.push(found);
    if (invalid.length > INVALID_KEPT) invalid.shift();
    onInvalid(found);
  };
  const judge = async (
    by: Judge,
    { body }: Exchange,
    outcome: Outcome,
    answer: WireAnswer | null,
  ): Promise<void> => {
    const not = (why: Unjudged | Unchecked): void => {
      outcomes.abandon(outcome, 'judge');
      unjudged[why] = (unjudged[why] ?? 0) + 1;
      if (why === 'no-key')
        complain('the key of a judge cannot be found', { rollout: outcome.cohort.rollout });
    };
    reader ??= thread.open([]);
    const read = answer === null ? null : await reader.run(answer, true);
    if (read?.kind !== 'valid') {
      owed.judgements -= 1;
      by.release();
      not(read?.kind === 'unchecked' ? read.why : 'too-large');
      return;
    }
    const input = Buffer.isBuffer(body) ? body.toString('utf8') : '';
    const judgement = await by.judge({ input, answer: read.text ?? '' });
    owed.judgements -= 1;
    if (judgement.kind === 'unjudged') {
      not(judgement.why);
      return;
    }
    total.judged += 1;
    if (judgement.isBad) total.judgedBad += 1;
    outcomes.settle(outcome, 'judge', judgement.isBad);
  };

  return {
    begin(exchange, outcome) {
      const { checks, judge: judgeSpec } = outcome.cohort.readings;
      if ((checks === undefined && judgeSpec === undefined) || !hasCheckedAnswer(exchange)) return null;
      const checker = checks === undefined ? null : expectsCheck(exchange, outcome, checks);
      const judging = judgeSpec === undefined ? null : expectsJudgement(exchange, outcome, judgeSpec);
      if (checker === null && judging === null) return null;
      if (checker !== null) owed.checks += 1;
      if (judging !== null) owed.judgements += 1;
      let isOver = false;
      return {
        answered(capture) {
          if (isOver) return;
          isOver = true;
          void (async () => {
            const body = await capturedBody(capture);
            const { status, contentType } = capture;
            const answer = body === null ? null : { status, contentType, body };
            if (checker !== null) void check(checker, exchange, outcome, answer);
            if (judging !== null) void judge(judging, exchange, outcome, answer);
          })();
        },
        release() {
          if (isOver) return;
          isOver = true;
          if (checker !== null) owed.checks -= 1;
          if (judging === null) return;
          owed.judgements -= 1;
          judging.release();
        },
      };
    },
    counts: () => ({
      ...total,
      unchecked: { ...unchecked },
      unjudged: { ...unjudged },
      threadsEnded: thread.ended(),
    }),
    invalid: () => [...invalid],
    async close() {
      const untilMs = performance.now() + CLOSE_WAITS_MS;
      while (owed.checks > 0 && performance.now() < untilMs)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await Promise.all([thread.close(), outbound.close()]);
    },
  };
}

/** Inference is a POST; what else there is at such a service (health, metadata) has another shape. HEAD has no answer to look at. */
const hasCheckedAnswer = ({ req, service }: Exchange): boolean =>
  service.route.protocol === 'http'
    ? req.method !== 'HEAD' && req.method !== 'OPTIONS'
    : req.method === 'POST';
