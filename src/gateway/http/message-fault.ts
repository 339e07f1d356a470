import type { Ask } from './message.ts';

/**
 * Why a message that the parser let through is refused all the same: two readers could take it for different messages, or
 * no answer to it is safe. Null for a sound one. RFC 9112, sections 2.3, 3.2, 6.1 and 6.3; RFC 9110, section 9.3.8.
 */
export function messageFault(req: Ask): 400 | 405 | null {
  const { httpVersion, headers, rawHeaders } = req;
  // TRACE would give a client the secrets back that proxies before us added.
  if (req.method === 'TRACE') return 405;
  const isOld = httpVersion === '1.0';
  if (!isOld && httpVersion !== '1.1') return 400;
  const coding = headers['transfer-encoding'];
  // Any other coding would be undone by nobody: the header is not passed on.
  if (coding !== undefined && (isOld || coding.trim().toLowerCase() !== 'chunked')) return 400;
  if (headers.host === undefined ? !isOld : !isSoundHost(headers.host)) return 400;
  return repeatsWhatStandsOnce(rawHeaders) ? 400 : null;
}

let soundHost = '';

function isSoundHost(host: string): boolean {
  if (host === soundHost) return true;
  if (!/^(?:[\w.~!$&'()*+;=%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i.test(host)) return false;
  soundHost = host;
  return true;
}

/** Node takes the first of these and goes on; a proxy before us, or a service behind us, may take the last. */
function repeatsWhatStandsOnce(raw: readonly string[]): boolean {
  let hosts = 0;
  let credentials = 0;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    if (name.length === 4) {
      if (name.toLowerCase() === 'host') hosts += 1;
    } else if (name.length === 13 && name.toLowerCase() === 'authorization') credentials += 1;
  }
  return hosts > 1 || credentials > 1;
}
