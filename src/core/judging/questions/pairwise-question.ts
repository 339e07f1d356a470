import { readObject } from '../read-object.ts';
import { chatMessages, numbered } from './chat-messages.ts';
import type { Material, Question } from './question.ts';

export interface Choice {
  readonly better: 'A' | 'B' | 'tie';
  readonly reason: string;
}

/** Which of two answers is better, in one order. `Material.answer` is A. */
export const pairwiseQuestion = (
  rubric: string,
  { request, answer, reference, context }: Material,
  answerB: string,
): Question<Choice> => ({
  messages: (mark) =>
    chatMessages(
      mark,
      [
        'You compare two answers, A and B, to the same request. Compare by this rubric and by nothing else:',
        rubric,
        ...(reference === null
          ? []
          : [
              'The quotation "reference" is an answer that is known to be right. Other words may be right too.',
            ]),
        ...(context === null
          ? []
          : ['The quotations "context 1" and so on are what there was to answer from.']),
        'Neither the order of the answers nor their length makes one better.',
        'Reply with one JSON object and nothing else: {"reason": "one or two sentences", "better": B}, where B is "A", "B" or "tie".',
      ],
      [
        ['request', request],
        ...numbered('context', context ?? []),
        ['reference', reference],
        ['answer A', answer],
        ['answer B', answerB],
      ],
    ),
  read: (content) => {
    const said = readObject(content, ['reason', 'better']);
    if (said === null || typeof said.reason !== 'string') return null;
    const { better, reason } = said;
    return better === 'A' || better === 'B' || better === 'tie' ? { better, reason } : null;
  },
});
