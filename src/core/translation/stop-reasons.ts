/** Why an answer ended, from Messages to chat. */
const CHAT_REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** From chat to Messages. Which stop sequence it was, chat does not say. */
const MESSAGES_REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
};

/** A reason that is not known yet ends an answer all the same. */
export const chatReason = (reason: unknown): string =>
  typeof reason === 'string' && Object.hasOwn(CHAT_REASONS, reason) ? CHAT_REASONS[reason]! : 'stop';

/** Some servers say `stop` where they call tools; clients of Messages go by the reason. */
export function messagesReason(reason: unknown, callsTools: boolean): string {
  const known =
    typeof reason === 'string' && Object.hasOwn(MESSAGES_REASONS, reason)
      ? MESSAGES_REASONS[reason]!
      : 'end_turn';
  return known === 'end_turn' && callsTools ? 'tool_use' : known;
}
