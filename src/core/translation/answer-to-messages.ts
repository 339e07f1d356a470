import { parseObject } from './conversation-to-messages.ts';
import { type Data, isData } from './read-members.ts';
import { messagesReason } from './stop-reasons.ts';
import { textOfAnswer } from './text-of-answer.ts';
import { messagesUsage, NO_USAGE, readChatUsage } from './usage-counts.ts';

/** A whole answer of chat completions as one of Messages; null when it is none, or calls a tool with what is no JSON object. */
export function answerToMessages(answer: unknown): Data | null {
  if (!isData(answer) || !Array.isArray(answer.choices)) return null;
  const [choice] = answer.choices as readonly unknown[];
  if (!isData(choice) || !isData(choice.message)) return null;
  const { message } = choice;
  const content: Data[] = [];
  const isRefusal = typeof message.refusal === 'string' && message.refusal !== '';
  const words = textOfAnswer(message.content);
  if (words === null) return null;
  for (const text of [words, message.refusal])
    if (typeof text === 'string' && text !== '') content.push({ type: 'text', text });
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as readonly unknown[]) : [];
  for (const call of calls) {
    const use = useOf(call);
    if (use === null) return null;
    content.push(use);
  }
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: isRefusal ? 'refusal' : messagesReason(choice.finish_reason, calls.length > 0),
    stop_sequence: null,
    usage: messagesUsage(readChatUsage(answer.usage) ?? NO_USAGE),
  };
}

function useOf(call: unknown): Data | null {
  if (!isData(call) || !isData(call.function)) return null;
  const input = parseObject(String(call.function.arguments ?? ''));
  return input === null ? null : { type: 'tool_use', id: call.id, name: call.function.name, input };
}
