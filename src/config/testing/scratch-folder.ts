import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of files for one test: `using folder = scratchFolder({'a/b.txt': 'text'})` removes it afterwards. */
export const scratchFolder = (
  files: Readonly<Record<string, string>> = {},
): { path: string } & Disposable => {
  const path = mkdtempSync(join(tmpdir(), 'tidegate-config-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};
