import { readFile } from 'node:fs/promises';
import { isUsableKey } from '../../core/release/judge-variable.ts';

/**
 * What a reference stands for: `env:NAME` in the given environment, `file:PATH` without its last line break. Null
 * when it leads nowhere, or to something that cannot be the value of a header. Read anew each time, and kept nowhere.
 */
export async function resolveReference(
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const value = await lookUp(reference, environment);
  return isUsableKey(value) ? value : null;
}

async function lookUp(
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  if (reference.startsWith('env:')) return environment[reference.slice('env:'.length)] ?? null;
  if (!reference.startsWith('file:')) return null;
  try {
    return (await readFile(reference.slice('file:'.length), 'utf8')).replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
