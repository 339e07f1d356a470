import type { PlainObject } from './plain-object.ts';
import { isPlainObject } from './plain-object.ts';

/** A row of a data set as a case; ids may be missing. */
export interface FoundCase {
  readonly id: unknown;
  readonly input: unknown;
  readonly expected: unknown;
  /** Fields that are neither. */
  readonly others: PlainObject;
}

export type ReadRow =
  | { readonly isRead: true; readonly found: FoundCase }
  /** Completes a sentence that begins with the line. */
  | { readonly isRead: false; readonly message: string };

/** Which fields of a row are what; undefined: found by their usual names. */
export interface RowFields {
  readonly id?: string | undefined;
  readonly input?: string | undefined;
  readonly expected?: string | undefined;
}

/** Usual names, the more particular before the more general. */
const INPUTS = ['question', 'prompt', 'instruction', 'query', 'problem', 'text', 'sentence', 'input'];
const EXPECTED = [
  'answer',
  'answers',
  'completion',
  'response',
  'output',
  'solution',
  'target',
  'label',
  'ideal',
  'expected',
];
const IDS = ['id', 'idx', '_id', 'uid', 'question_id', 'task_id'];

/**
 * A row as data sets on hubs have them: a question and its answer under one of the usual names, an instruction with an input, or a
 * conversation (`messages`, `conversations`) whose last turn is what is expected. Fields that are named are taken as named.
 */
export const readDataRow = (row: PlainObject, named: RowFields): ReadRow => {
  const conversation = messagesOf(row.messages ?? row.conversations);
  const idField = named.id ?? IDS.find((name) => isId(row[name]));
  if (named.input === undefined && conversation !== null)
    return ofConversation(row, conversation, idField, named);
  const inputField = named.input ?? INPUTS.find((name) => isThere(row[name]));
  if (inputField === undefined || !isThere(row[inputField])) {
    const has = Object.keys(row).slice(0, 8).join(', ');
    const wants = inputField === undefined ? 'no field that is asked' : `no ${JSON.stringify(inputField)}`;
    return { isRead: false, message: `has ${wants} (it has ${has})` };
  }
  const expectedField =
    named.expected ?? EXPECTED.find((name) => name !== inputField && row[name] !== undefined);
  // Alpaca: an instruction, and what it is about.
  const about =
    inputField === 'instruction' && typeof row.input === 'string' && row.input !== '' ? row.input : null;
  const used = [idField, inputField, expectedField, ...(about === null ? [] : ['input'])];
  return {
    isRead: true,
    found: {
      id: idField === undefined ? undefined : row[idField],
      input: about === null ? row[inputField] : `${String(row.instruction)}\n\n${about}`,
      expected: expectedField === undefined ? undefined : answersOf(row[expectedField]),
      others: without(row, used),
    },
  };
};

/** SQuAD keeps answers as `{text: [...]}`. */
const answersOf = (value: unknown): unknown => {
  const texts = isPlainObject(value) ? value.text : undefined;
  return Array.isArray(texts) ? (texts.length === 0 ? null : [...new Set(texts)]) : value;
};

type Message = { readonly role: string; readonly content: unknown };

const ROLES: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant', bot: 'assistant' };

/** `{role, content}`, or ShareGPT's `{from, value}`. */
const messagesOf = (value: unknown): readonly Message[] | null => {
  if (!Array.isArray(value) || value.length === 0) return null;
  const messages = value.map((turn): Message | null => {
    if (!isPlainObject(turn)) return null;
    const role = turn.role ?? turn.from;
    const content = turn.content ?? turn.value;
    return typeof role === 'string' && content !== undefined ? { role: ROLES[role] ?? role, content } : null;
  });
  return messages.every((message) => message !== null) ? messages : null;
};

const ofConversation = (
  row: PlainObject,
  messages: readonly Message[],
  idField: string | undefined,
  named: RowFields,
): ReadRow => {
  const last = messages.at(-1);
  const isAnswered = last?.role === 'assistant';
  const asked = isAnswered ? messages.slice(0, -1) : messages;
  if (asked.length === 0) return { isRead: false, message: 'has a conversation in which nothing is asked' };
  const expected =
    named.expected === undefined ? (isAnswered ? last.content : undefined) : row[named.expected];
  return {
    isRead: true,
    found: {
      id: idField === undefined ? undefined : row[idField],
      input: asked,
      expected,
      others: without(row, ['messages', 'conversations', idField, named.expected]),
    },
  };
};

const isId = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || (typeof value === 'number' && Number.isSafeInteger(value));
const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const without = (row: PlainObject, fields: readonly (string | undefined)[]): PlainObject =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !fields.includes(name)));
