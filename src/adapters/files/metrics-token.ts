import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './durable-file.ts';

export const metricsTokenFile = (stateDir: string): string => join(stateDir, 'metrics-token');

/** The token that opens `/metrics` and nothing else, from its file (mode 0600); drawn at the first start. */
export const openMetricsToken = async (stateDir: string): Promise<string> => {
  const file = metricsTokenFile(stateDir);
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  const token = `tgm_${randomBytes(32).toString('base64url')}`;
  await replaceFile(file, new TextEncoder().encode(`${token}\n`));
  return token;
};
