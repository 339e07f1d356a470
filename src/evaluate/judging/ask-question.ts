import { randomBytes } from 'node:crypto';
import type { ModelEndpoint } from '../../core/judging/judge-method.ts';
import type { Question } from '../../core/judging/questions/question.ts';
import { digestOf } from '../golden/canonical-json.ts';
import { endpointKey } from './endpoint-key.ts';
import type { AskModel, ModelAnswer } from './models.ts';

export type AskQuestion = <Answer>(
  question: Question<Answer>,
  repeat: number,
  signal: AbortSignal,
) => Promise<ModelAnswer<Answer>>;

/** Stands for the mark where a question is told from another. */
const ANY_MARK = 'mark';

/** Asks a judge. An answer is known by all that is asked, with the wording, and by the repeat. */
export const askQuestion = (endpoint: ModelEndpoint, ask: AskModel): AskQuestion => {
  const judge = endpointKey(endpoint);
  return (question, repeat, signal) =>
    ask(
      {
        key: digestOf({ judge, messages: question.messages(ANY_MARK), repeat }),
        body: () => ({ messages: question.messages(randomBytes(16).toString('hex')) }),
        read: question.read,
      },
      signal,
    );
};
