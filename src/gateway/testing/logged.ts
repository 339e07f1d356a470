import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Every line of the invocation log of the environment `production`, as it stands now. */
export async function logged(logDir: string): Promise<Record<string, unknown>[]> {
  const directory = path.join(logDir, 'production');
  const names = await readdir(directory).catch(() => []);
  const texts = await Promise.all(names.sort().map((name) => readFile(path.join(directory, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
