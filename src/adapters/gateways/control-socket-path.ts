import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, with its final zero. */
const SOCKET_PATH_BYTES_AT_MOST = 103;

/** Where gateways find the control plane of a state directory. A path too long for a socket is replaced by a short one. */
export function controlSocketPath(stateDir: string): string {
  const wanted = path.join(path.resolve(stateDir), 'gateways.sock');
  if (Buffer.byteLength(wanted) <= SOCKET_PATH_BYTES_AT_MOST) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  return path.join(tmpdir(), `tidegate-${digest}.sock`);
}
