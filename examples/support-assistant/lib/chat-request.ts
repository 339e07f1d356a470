/** What the assistant reads of a chat completion request; the rest of the protocol's fields are passed over. */
export interface ChatRequest {
  readonly question: string;
  readonly isStreamed: boolean;
  readonly wantsUsage: boolean;
}

export type ParsedChat =
  | { readonly isChat: true; readonly chat: ChatRequest }
  | { readonly isChat: false; readonly reason: string };

const QUESTION_CHARACTERS_AT_MOST = 2_000;

/** The question is the text of the last message of the user. */
export const parseChat = (text: string): ParsedChat => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse('The body is not valid JSON.');
  }
  if (typeof body !== 'object' || body === null) return refuse('The body is not a JSON object.');
  const { messages, stream, stream_options: options } = body as Record<string, unknown>;
  if (!Array.isArray(messages)) return refuse('"messages" is not a list.');
  const last = (messages as { role?: unknown; content?: unknown }[]).findLast(
    (message) => message?.role === 'user',
  );
  if (last === undefined) return refuse('There is no message of a user.');
  const question = textOf(last.content);
  if (question === null || question.trim() === '') return refuse('The last message of the user has no text.');
  if (question.length > QUESTION_CHARACTERS_AT_MOST)
    return refuse(`A question has at most ${QUESTION_CHARACTERS_AT_MOST} characters.`);
  const wantsUsage = (options as { include_usage?: unknown } | null | undefined)?.include_usage === true;
  return { isChat: true, chat: { question: question.trim(), isStreamed: stream === true, wantsUsage } };
};

const refuse = (reason: string): ParsedChat => ({ isChat: false, reason });

const textOf = (content: unknown): string | null => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  return (content as { type?: unknown; text?: unknown }[])
    .flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []))
    .join('\n');
};
