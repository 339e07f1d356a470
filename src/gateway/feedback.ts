import type { FeedbackReport } from '../core/routing/link.ts';
import { draw } from './assignment/draw.ts';
import type { Reply } from './http/message.ts';
import { sendProblem } from './http/problem.ts';
import { bootIsOf, parseInvocationId } from './invocation-id.ts';
import { feedbackLine } from './invocation-log/line.ts';
import type { Outcome } from './outcomes/outcomes.ts';
import type { Parts } from './parts.ts';

export interface Feedback {
  /** Answers `POST /v1/feedback`. */
  answer(res: Reply, body: Buffer, keyId: string | null): void;
  /** A report that reached another process of this environment. */
  takeForwarded(report: FeedbackReport): void;
}

export interface FeedbackSpec {
  readonly parts: Parts;
  /** Hands a report about another process's invocation to the control plane. */
  readonly forward: (report: FeedbackReport) => void;
}

const NOTED: Taken = { reception: 'noted', isScored: false };
const LABEL_CHARACTERS_AT_MOST = 200;
const COMMENT_CHARACTERS_AT_MOST = 2_000;
const REMEMBERED = 50_000;

type Reception = 'counted' | 'noted' | 'late' | 'repeated';

interface Taken {
  readonly reception: Reception;
  /** The score counts as well. */
  readonly isScored: boolean;
}

export function openFeedback({ parts, forward }: FeedbackSpec): Feedback {
  // Two generations, so that memory stays bounded and recent reports are always remembered.
  let recent = new Set<string>();
  let older = new Set<string>();
  const isRepeated = (invocation: string): boolean => {
    if (recent.has(invocation) || older.has(invocation)) return true;
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Set();
    }
    recent.add(invocation);
    return false;
  };

  const take = (report: FeedbackReport): Taken => {
    const uncounted = (reception: Reception): Taken => ({ reception, isScored: false });
    if (!parts.ids.isOurs(report.invocation)) return uncounted('late');
    if (isRepeated(report.invocation)) return uncounted('repeated');
    const isBad = report.outcome === 'bad';
    const outcome = parts.outcomes.takeFollowed(report.invocation);
    const { atMs, slot } = parseInvocationId(report.invocation)!;
    const counts = outcome?.answeredBy ?? parts.traffic.bySlot(slot);
    if (counts !== null) {
      if (isBad) counts.feedbackBad += 1;
      else counts.feedbackGood += 1;
      counts.hasChanged = true;
    }
    if (outcome !== null) {
      parts.outcomes.settle(outcome, 'feedback', isBad);
      return { reception: 'counted', isScored: takeScore(outcome, report.score) };
    }
    const withinMs = counts === null ? null : parts.feedbackWithinMs(counts.service);
    return uncounted(withinMs !== null && Date.now() - atMs >= withinMs ? 'late' : 'noted');
  };

  const takeScore = (outcome: Outcome, score: number | undefined): boolean => {
    const { means, readings } = outcome.cohort;
    const isUsable = means.score !== undefined && score !== undefined && score <= readings.score!.most;
    if (isUsable) parts.outcomes.measure(outcome, 'score', 1 - score / readings.score!.most, draw());
    else parts.outcomes.abandon(outcome, 'score');
    return isUsable;
  };

  return {
    answer(res, body, keyId) {
      const report = reportIn(body);
      if (typeof report === 'string') {
        sendProblem(res, 'bad-request', report);
        return;
      }
      const id = parseInvocationId(report.invocation);
      if (id === null || !bootIsOf(id.boot, parts.environment)) {
        sendProblem(res, 'not-found', 'No gateway of this environment has handed out this invocation id.');
        return;
      }
      const isElsewhere = id.boot !== parts.ids.boot;
      const { reception, isScored } = isElsewhere ? NOTED : take(report);
      if (isElsewhere) forward(report);
      parts.invocationLog.add(feedbackLine(report, Date.now(), reception === 'late', keyId));
      const answer = JSON.stringify({
        invocation: report.invocation,
        ...(isElsewhere ? { forwarded: true } : { counted: reception === 'counted' }),
        ...(report.score === undefined || isElsewhere ? {} : { scored: isScored }),
        ...(reception === 'late' ? { late: true } : {}),
        ...(reception === 'repeated' ? { repeated: true } : {}),
      });
      res.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      res.end(answer);
    },
    takeForwarded(report) {
      take(report);
    },
  };
}

/** The report, or what is wrong with it. */
function reportIn(body: Buffer): FeedbackReport | string {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return 'The body is not JSON.';
  }
  if (typeof value !== 'object' || value === null) return 'The body is not a JSON object.';
  const { invocation, outcome, score, label, comment } = value as Record<string, unknown>;
  if (typeof invocation !== 'string')
    return '"invocation" must be the id from the header tidegate-invocation.';
  if (outcome !== 'good' && outcome !== 'bad') return '"outcome" must be "good" or "bad".';
  if (score !== undefined && !(typeof score === 'number' && score >= 0 && Number.isFinite(score)))
    return '"score" must be a number from 0 up.';
  if (!isShortText(label, LABEL_CHARACTERS_AT_MOST))
    return `"label" must be a text of at most ${LABEL_CHARACTERS_AT_MOST} characters.`;
  if (!isShortText(comment, COMMENT_CHARACTERS_AT_MOST)) {
    return `"comment" must be a text of at most ${COMMENT_CHARACTERS_AT_MOST} characters.`;
  }
  return {
    invocation,
    outcome,
    ...(score === undefined ? {} : { score }),
    ...(label === undefined ? {} : { label }),
    ...(comment === undefined ? {} : { comment }),
  };
}

const isShortText = (value: unknown, charactersAtMost: number): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= charactersAtMost);
