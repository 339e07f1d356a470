import { readObject } from '../read-object.ts';
import { chatMessages } from './chat-messages.ts';
import type { Question } from './question.ts';

/** Of one text. With more, what is counted would be a part of the text. */
export const CLAIMS_AT_MOST = 60;

/** What a text claims, each claim to be understood by itself. */
export const claimsQuestion = (request: string, text: string): Question<readonly string[]> => ({
  messages: (mark) =>
    chatMessages(
      mark,
      [
        'You take an answer apart into the claims that it makes about the world.',
        'Each claim is one short sentence that can be checked without the others: put names in the place of pronouns.',
        'Leave nothing out and add nothing, whether it is true or not. Courtesies, questions and refusals are no claims.',
        `Reply with one JSON object and nothing else: {"claims": ["…", …]}, at most ${CLAIMS_AT_MOST}; an answer that claims nothing has an empty list.`,
      ],
      [
        ['request', request],
        ['answer', text],
      ],
    ),
  read: (content) => {
    const claims = readObject(content, ['claims'])?.claims;
    if (!Array.isArray(claims) || claims.length > CLAIMS_AT_MOST) return null;
    return claims.every((claim): claim is string => typeof claim === 'string' && claim.trim() !== '')
      ? claims
      : null;
  },
});
