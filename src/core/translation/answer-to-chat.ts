import { type Data, isData } from './read-members.ts';
import { chatReason } from './stop-reasons.ts';
import { chatUsage, readMessagesUsage } from './usage-counts.ts';

/**
 * A whole answer of Messages as one of chat completions; null when it is none. What a model thought, and what it quoted, stays
 * behind: chat has no place for either. `createdAtS`: seconds since 1970, which Messages does not tell.
 */
export function answerToChat(answer: unknown, createdAtS: number): Data | null {
  if (!isData(answer) || !Array.isArray(answer.content)) return null;
  let text: string | null = null;
  const calls: Data[] = [];
  for (const block of answer.content as readonly unknown[]) {
    if (!isData(block)) return null;
    if (block.type === 'text') text = (text ?? '') + String(block.text);
    else if (block.type === 'tool_use')
      calls.push({
        id: block.id,
        type: 'function',
        function: { name: block.name, arguments: JSON.stringify(block.input ?? {}) },
      });
  }
  const usage = readMessagesUsage(answer.usage);
  return {
    id: answer.id,
    object: 'chat.completion',
    created: createdAtS,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: chatReason(answer.stop_reason),
        logprobs: null,
      },
    ],
    ...(usage !== null && { usage: chatUsage(usage) }),
  };
}
