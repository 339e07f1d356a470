import { chatMessages, numbered } from './chat-messages.ts';
import type { Question } from './question.ts';
import { readVerdicts } from './verdict-list.ts';

export interface JudgedDocument {
  readonly verdict: 'useful' | 'useless';
  readonly reason: string;
}

/** For each document that was found, whether it helps to answer the request. */
export const usefulnessQuestion = (
  request: string,
  reference: string | null,
  documents: readonly string[],
): Question<readonly JudgedDocument[]> => ({
  messages: (mark) =>
    chatMessages(
      mark,
      [
        'You judge the documents that a search found for a request.',
        'A document is "useful" when it holds something that an answer to the request needs, and "useless" otherwise.',
        ...(reference === null ? [] : ['The quotation "reference" is an answer that is known to be right.']),
        `Reply with one JSON object and nothing else: {"verdicts": [{"number": 1, "reason": "one sentence", "verdict": "…"}, …]}, one for each of the ${documents.length} documents in their order.`,
      ],
      [['request', request], ['reference', reference], ...numbered('document', documents)],
    ),
  read: (content) => readVerdicts(content, documents.length, ['useful', 'useless']),
});

/**
 * The mean, over the useful documents, of the share of useful ones down to each (average precision as in trec_eval, over what was found). 0 when none
 * is useful.
 */
export const contextPrecision = (judged: readonly Pick<JudgedDocument, 'verdict'>[]): number => {
  let useful = 0;
  let sum = 0;
  judged.forEach(({ verdict }, place) => {
    if (verdict !== 'useful') return;
    useful += 1;
    sum += useful / (place + 1);
  });
  return useful === 0 ? 0 : sum / useful;
};
