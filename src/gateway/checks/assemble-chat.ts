type Data = Readonly<Record<string, unknown>>;

interface ToolCall {
  id?: string;
  type: string;
  function: { name: string; arguments: string };
}

interface Choice {
  readonly index: number;
  role: string;
  content: string | null;
  refusal: string | null;
  text: string | null;
  readonly toolCalls: Map<number, ToolCall>;
  finishReason: unknown;
}

/**
 * Puts the chunks of an OpenAI stream together to the object that the same request without `stream` would have got: chat
 * completions (`delta`) and older completions (`text`). Null for values that are no such chunks.
 */
export function assembleChat(values: readonly unknown[]): unknown {
  const chunks = values.filter(isMap);
  if (chunks.length === 0 || chunks.length < values.length) return null;
  if (!chunks.every(({ choices, usage }) => Array.isArray(choices) || isMap(usage))) return null;
  const choices = new Map<number, Choice>();
  for (const chunk of chunks) {
    for (const piece of Array.isArray(chunk.choices) ? (chunk.choices as unknown[]) : [])
      if (isMap(piece)) take(choiceAt(choices, piece), piece);
  }
  if (choices.size === 0) return null;
  const sorted = [...choices.values()].sort((a, b) => a.index - b.index);
  const isChat = sorted.every(({ text }) => text === null);
  const first = chunks[0]!;
  const usage = chunks.findLast((chunk) => isMap(chunk.usage))?.usage;
  return {
    id: first.id,
    object: isChat ? 'chat.completion' : 'text_completion',
    created: first.created,
    model: first.model,
    choices: sorted.map((choice) => (isChat ? chatChoice(choice) : textChoice(choice))),
    ...(usage === undefined ? {} : { usage }),
  };
}

function choiceAt(choices: Map<number, Choice>, { index }: Data): Choice {
  const at = typeof index === 'number' ? index : 0;
  let choice = choices.get(at);
  if (choice === undefined) {
    choice = {
      index: at,
      role: 'assistant',
      content: null,
      refusal: null,
      text: null,
      toolCalls: new Map(),
      finishReason: null,
    };
    choices.set(at, choice);
  }
  return choice;
}

function take(choice: Choice, { delta, text, finish_reason }: Data): void {
  if (typeof text === 'string') choice.text = (choice.text ?? '') + text;
  if (finish_reason !== undefined && finish_reason !== null) choice.finishReason = finish_reason;
  if (!isMap(delta)) return;
  if (typeof delta.role === 'string') choice.role = delta.role;
  if (typeof delta.content === 'string') choice.content = (choice.content ?? '') + delta.content;
  if (typeof delta.refusal === 'string') choice.refusal = (choice.refusal ?? '') + delta.refusal;
  for (const part of Array.isArray(delta.tool_calls) ? (delta.tool_calls as unknown[]) : [])
    if (isMap(part)) takeToolCall(choice.toolCalls, part);
}

/** Name and id come whole in the first piece, the arguments in many. */
function takeToolCall(calls: Map<number, ToolCall>, part: Data): void {
  const index = typeof part.index === 'number' ? part.index : 0;
  let call = calls.get(index);
  if (call === undefined) {
    call = { type: 'function', function: { name: '', arguments: '' } };
    calls.set(index, call);
  }
  if (typeof part.id === 'string') call.id = part.id;
  if (typeof part.type === 'string') call.type = part.type;
  if (!isMap(part.function)) return;
  const { name, arguments: piece } = part.function;
  if (typeof name === 'string') call.function.name += name;
  if (typeof piece === 'string') call.function.arguments += piece;
}

const chatChoice = ({ index, role, content, refusal, toolCalls, finishReason }: Choice) => ({
  index,
  message: {
    role,
    content,
    ...(refusal === null ? {} : { refusal }),
    ...(toolCalls.size === 0
      ? {}
      : { tool_calls: [...toolCalls].sort(([a], [b]) => a - b).map(([, call]) => call) }),
  },
  finish_reason: finishReason,
});

const textChoice = ({ index, text, finishReason }: Choice) => ({
  index,
  text: text ?? '',
  finish_reason: finishReason,
});

const isMap = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
