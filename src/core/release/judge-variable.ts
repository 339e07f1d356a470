import type { JudgeSpec } from './manifest.ts';

/** The variable that holds the key of a judge; null when it needs none, or reads it from a file. */
export const judgeVariable = (judge: Pick<JudgeSpec, 'apiKey'> | undefined): string | null =>
  judge?.apiKey?.startsWith('env:') === true ? judge.apiKey.slice('env:'.length) : null;

/** Whether a value can be sent as a key: some visible characters, and not absurdly many. */
export const isUsableKey = (value: string | undefined | null): value is string =>
  value != null && value.length <= LONGEST_KEY && /^[\x21-\x7e]+$/.test(value);

const LONGEST_KEY = 16 * 1024;
