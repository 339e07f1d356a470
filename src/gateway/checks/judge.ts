import type { JudgeSpec } from '../../core/release/manifest.ts';
import { openForbearance } from './forbearance.ts';
import { type Judged, judgePrompt } from './judge-prompt.ts';
import { scoreIn } from './judge-reply.ts';
import type { Outbound } from './outbound.ts';
import { resolveReference } from './resolve-reference.ts';

export type Unjudged = 'no-key' | 'no-answer' | 'no-score' | 'too-large';
export type Judgement =
  | { readonly kind: 'scored'; readonly score: number; readonly isBad: boolean }
  | { readonly kind: 'unjudged'; readonly why: Unjudged };

/** Scores answers by asking a model behind an OpenAI-compatible address. */
export interface Judge {
  /** Sets a call aside. False when none is left, or while the judge rests because it gave no answer. */
  reserve(): boolean;
  /** Gives an unused reservation back. */
  release(): void;
  /** Uses a reservation. Never rejects. */
  judge(judged: Judged): Promise<Judgement>;
  used(): number;
}

export interface JudgeParts {
  readonly outbound: Outbound;
  /** Shared by all judges of the process. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  /** Where `env:NAME` is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Longer texts are not judged: a part of an answer is not the answer. */
export const JUDGED_CHARACTERS_AT_MOST = 64 * 1024;
const LONGEST_RETRY_AFTER_MS = 30_000;

/** One for each rollout and process, for its calls are counted in it. */
export function openJudge(spec: JudgeSpec, { outbound, inTurn, environment }: JudgeParts): Judge {
  const url = completionsUrl(spec.address);
  const forbearance = openForbearance();
  let used = 0;
  let reserved = 0;

  const ask = async (judged: Judged): Promise<Judgement> => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json',
    };
    if (spec.apiKey !== null) {
      const key = await resolveReference(spec.apiKey, environment);
      if (key === null) return { kind: 'unjudged', why: 'no-key' };
      headers.authorization = `Bearer ${key}`;
    }
    const messages = judgePrompt(spec.rubric, judged);
    const body = JSON.stringify({ model: spec.model, temperature: 0, messages });
    for (let attempt = 1; ; attempt += 1) {
      used += 1;
      const reply = await outbound.post({ url, headers, body, timeoutMs: spec.timeoutMs });
      if (reply.kind === 'failed') return { kind: 'unjudged', why: 'no-answer' };
      if (reply.status === 200) {
        const score = scoreIn(reply.text);
        if (score === null) return { kind: 'unjudged', why: 'no-score' };
        return { kind: 'scored', score, isBad: score < spec.bar };
      }
      const pauseMs = retryAfterMs(reply.status, reply.retryAfter);
      // A second attempt is a call as well, and what others have reserved is theirs.
      const mayAskAgain = attempt === 1 && pauseMs !== null && used + reserved < spec.callsAtMost;
      if (!mayAskAgain) return { kind: 'unjudged', why: 'no-answer' };
      await new Promise<void>((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  };

  return {
    reserve() {
      if (used + reserved >= spec.callsAtMost || !forbearance.isOver(performance.now())) return false;
      reserved += 1;
      return true;
    },
    release() {
      reserved -= 1;
    },
    async judge(judged) {
      if (judged.input.length + judged.answer.length > JUDGED_CHARACTERS_AT_MOST) {
        reserved -= 1;
        return { kind: 'unjudged', why: 'too-large' };
      }
      const judgement = await inTurn(() => {
        reserved -= 1;
        return ask(judged);
      });
      if (judgement.kind === 'scored') forbearance.behaved();
      // A reply without a score is the fault of this answer perhaps, the others are not.
      else if (judgement.why !== 'no-score') forbearance.offended(performance.now());
      return judgement;
    },
    used: () => used,
  };
}

/** The address may be an origin, or end with `/v1` as those of most clients do. */
function completionsUrl(address: string): string {
  const base = address.replace(/\/+$/, '');
  return `${base}${/\/v\d+$/.test(base) ? '' : '/v1'}/chat/completions`;
}

/** Seconds only: a date would need trust in two clocks. Null: it is not asked again. */
function retryAfterMs(status: number, header: string | null): number | null {
  if ((status !== 429 && status !== 503) || header === null || !/^\d{1,6}$/.test(header)) return null;
  const pauseMs = Number(header) * 1000;
  return pauseMs <= LONGEST_RETRY_AFTER_MS ? pauseMs : null;
}
