import type { OutputCheck } from '../../core/release/manifest.ts';
import type { WireAnswer } from './answer-view.ts';
import type { Outbound } from './outbound.ts';

export type HttpCheck = Extract<OutputCheck, { readonly kind: 'http' }>;

/** What an HTTP checker says of an answer. Anything but a plain yes or no is none: a broken checker blames nobody. */
export async function askChecker(
  outbound: Outbound,
  { url, timeoutMs }: HttpCheck,
  { body, contentType }: WireAnswer,
): Promise<'valid' | 'invalid' | 'no-answer'> {
  const headers = { 'content-type': contentType || 'application/octet-stream', accept: 'application/json' };
  const reply = await outbound.post({ url, headers, body, timeoutMs });
  if (reply.kind === 'failed' || reply.status !== 200) return 'no-answer';
  try {
    const said = JSON.parse(reply.text) as { valid?: unknown } | null;
    if (typeof said?.valid === 'boolean') return said.valid ? 'valid' : 'invalid';
  } catch {
    // No JSON.
  }
  return 'no-answer';
}
