import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './durable-file.ts';

export const adminTokenFile = (stateDir: string): string => join(stateDir, 'admin-token');

/** The administrator's token, from its file (mode 0600); drawn at the first start. */
export const openAdminToken = async (stateDir: string): Promise<string> => {
  const file = adminTokenFile(stateDir);
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  const token = `tg_${randomBytes(32).toString('base64url')}`;
  await replaceFile(file, new TextEncoder().encode(`${token}\n`));
  return token;
};
