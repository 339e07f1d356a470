import { open } from 'node:fs/promises';
import type { RunLine } from '../../../core/evaluation/run/run-record.ts';

/** Writes a whole run at once, without syncing; for tests and measurements. */
export const writeRun = async (path: string, lines: Iterable<RunLine>): Promise<string> => {
  const handle = await open(path, 'w', 0o600);
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < 1 << 20) continue;
    await handle.appendFile(text);
    text = '';
  }
  await handle.appendFile(text);
  await handle.close();
  return path;
};
