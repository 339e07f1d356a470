import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { atPointer } from '../json-pointer.ts';

export interface EventStream {
  /** Takes in some bytes; true as soon as some text of the answer has come. */
  readonly push: (bytes: Uint8Array) => boolean;
  /** What the events add up to, in the shape of an answer that comes in one piece; null when there was no event at all. */
  readonly finish: () => unknown;
}

/**
 * Puts server-sent events of JSON together. With openai: the pieces of text and of tool calls in the first choice, and the usage. Otherwise
 * the texts at the output pointer, one after the other, under that pointer's last name, with the members of the last event beside them.
 */
export const eventStream = ({ protocol, output }: Pick<TargetSpec, 'protocol' | 'output'>): EventStream => {
  const decoder = new TextDecoder();
  let rest = '';
  let events = 0;
  let content = '';
  let last: unknown = null;
  let usage: unknown = null;
  const calls: { id?: unknown; function: { name: string; arguments: string } }[] = [];

  const takeCalls = (pieces: unknown): void => {
    if (!Array.isArray(pieces)) return;
    for (const piece of pieces as Record<string, unknown>[]) {
      const index = typeof piece.index === 'number' && piece.index < 1_000 ? piece.index : 0;
      const call = (calls[index] ??= { function: { name: '', arguments: '' } });
      if (piece.id !== undefined) call.id = piece.id;
      const { name, arguments: given } = (piece.function ?? {}) as Record<string, unknown>;
      if (typeof name === 'string') call.function.name += name;
      if (typeof given === 'string') call.function.arguments += given;
    }
  };
  const take = (data: string): void => {
    if (data === '[DONE]') return;
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    events += 1;
    last = value;
    usage = atPointer(value, '/usage') ?? usage;
    const isPlainChat = protocol === 'openai' && output === null;
    const piece = atPointer(value, isPlainChat ? '/choices/0/delta/content' : (output ?? ''));
    if (typeof piece === 'string') content += piece;
    if (isPlainChat) takeCalls(atPointer(value, '/choices/0/delta/tool_calls'));
  };
  const takeText = (text: string): void => {
    rest += text;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).replace(/^ /, ''));
      if (data.length > 0) take(data.join('\n'));
    }
  };
  return {
    push(bytes) {
      takeText(decoder.decode(bytes, { stream: true }));
      return content !== '' || calls.length > 0;
    },
    finish() {
      takeText(`${decoder.decode()}\n\n`);
      if (events === 0) return null;
      if (protocol === 'openai' && output === null)
        return { choices: [{ message: { content, tool_calls: calls.filter(Boolean) } }], usage };
      return output === null || output === '' ? content : withAt(last, output, content);
    },
  };
};

/** A value with something else at a pointer. */
const withAt = (value: unknown, pointer: string, put: unknown): unknown => {
  const [step, ...others] = pointer.slice(1).split('/');
  if (step === undefined) return put;
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  const inner = atPointer(value, `/${step}`);
  const changed = others.length === 0 ? put : withAt(inner, `/${others.join('/')}`, put);
  if (Array.isArray(value) || /^\d+$/.test(key)) {
    const list: unknown[] = Array.isArray(value) ? [...value] : [];
    list[Number(key)] = changed;
    return list;
  }
  return { ...(typeof value === 'object' && value !== null ? value : {}), [key]: changed };
};
