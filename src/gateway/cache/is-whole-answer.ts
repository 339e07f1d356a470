import type { IncomingHttpHeaders } from 'node:http';
import type { Protocol } from '../../core/routing/table.ts';
import { membersIn } from '../http/json-members.ts';

const CLOSE_BRACE = 125;
/** What the last event of a stream holds, in the interfaces that have streams. */
const LAST_EVENTS = [
  'data: [DONE]',
  'data:[DONE]',
  '"type":"message_stop"',
  '"type": "message_stop"',
  '"response.completed"',
];
const LAST_BYTES = 64 * 1024;

/**
 * Whether a body that arrived whole also says what its protocol wants it to say: a 200 may hold an error, and a stream may
 * end before its last event. Of what cannot be read, as it is compressed, that is unknown, so it is not.
 */
export function isWholeAnswer(
  protocol: Protocol,
  headers: IncomingHttpHeaders,
  isStream: boolean,
  body: Buffer,
): boolean {
  if (protocol === 'http') return true;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return false;
  if (isStream) {
    const end = body.toString('latin1', Math.max(0, body.length - LAST_BYTES));
    return LAST_EVENTS.some((event) => end.includes(event));
  }
  // A tensor in binary stands behind its JSON, whose length the answer gives.
  const jsonBytes = headers['inference-header-content-length'];
  const json = jsonBytes === undefined ? body : body.subarray(0, Number(jsonBytes) || 0);
  let last = json.length - 1;
  while (last >= 0 && json[last]! <= 32) last -= 1;
  if (json[last] !== CLOSE_BRACE) return false;
  return membersIn(json, 'error').every(({ from, to }) => json.toString('latin1', from, to) === 'null');
}
