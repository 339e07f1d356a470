import { chatMessages, numbered } from './chat-messages.ts';
import type { Question } from './question.ts';
import { readVerdicts } from './verdict-list.ts';

export type Support = 'supported' | 'contradicted' | 'absent';

export interface JudgedClaim {
  readonly verdict: Support;
  readonly reason: string;
}

/** For each claim, whether the context says so, says the opposite, or says nothing of it. */
export const supportQuestion = (
  claims: readonly string[],
  context: readonly string[],
): Question<readonly JudgedClaim[]> => ({
  messages: (mark) =>
    chatMessages(
      mark,
      [
        'You check claims against a context. What you know besides the context does not count, however sure you are.',
        'For each claim the verdict is "supported" when the context says it or it follows from the context, "contradicted" when the context says otherwise, and "absent" when the context does not tell.',
        `Reply with one JSON object and nothing else: {"verdicts": [{"number": 1, "reason": "one sentence", "verdict": "…"}, …]}, one for each of the ${claims.length} claims in their order.`,
      ],
      [...numbered('context', context), ...numbered('claim', claims)],
    ),
  read: (content) => readVerdicts<Support>(content, claims.length, ['supported', 'contradicted', 'absent']),
});
