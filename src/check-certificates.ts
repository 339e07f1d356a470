import type { ServerConfig } from './config/server-config.ts';
import { TidegateError } from './errors.ts';
import { datesProblem, readTlsPair } from './gateway/http/tls-pair.ts';

/**
 * Reads every certificate that tidegate.server.yaml names, before anything is started with them. Resolves with what people should know: dates
 * that clients will mind, keys that lie open. @throws TidegateError `certificate-unusable` for one that nothing can be served with
 */
export const checkCertificates = async (
  { control, environments }: Pick<ServerConfig, 'control' | 'environments'>,
  nowMs: number,
): Promise<string[]> => {
  const notes = new Set<string>();
  const pairs = [...(control.tls ?? []), ...environments.flatMap(({ tls }) => tls ?? [])];
  for (const files of pairs) {
    const reading = await readTlsPair(files);
    if (reading.kind === 'unusable') throw new TidegateError('certificate-unusable', reading.problem);
    for (const note of [datesProblem(reading.pair, nowMs), reading.pair.warning])
      if (note !== null) notes.add(note);
  }
  return [...notes];
};
