import { parseJson } from './parse-json.ts';
import type { LedgerRecord } from './record.ts';

/** Takes a stored record's text for what it says; whether it was tampered with is for `verifyChain` to find. */
export function readRecord(text: string, hash: string): LedgerRecord & { readonly hash: string } {
  const { seq, stream, version, type, schema, atMs, actor, data } = parseJson(text) as LedgerRecord;
  return { seq, stream, version, type, schema, atMs, actor, data, hash };
}
