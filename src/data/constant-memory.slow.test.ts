import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ROWS = 400_000;
const bin = fileURLToPath(new URL('../../bin/tidegate.js', import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

it.each(['rows.csv', 'rows.jsonl'])(
  '%s of 400,000 rows (some 50 MB) is checked with a heap of 48 MB',
  async (name) => {
    const stream = createWriteStream(join(directory, name));
    if (name === 'rows.csv') stream.write('id,text\n');
    for (let i = 0; i < ROWS; i += 1) {
      const text = `a text of row ${i} `.repeat(6);
      const line = name === 'rows.csv' ? `${i},${text}\n` : `${JSON.stringify({ id: i, text })}\n`;
      if (!stream.write(line)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'close');
    await writeFile(
      join(directory, 'data-schema.yaml'),
      'columns: {id: {type: integer}, text: {type: string, maxLength: 500}}\n',
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--max-old-space-size=48', bin, 'data', 'check', name],
      { cwd: directory },
    );
    expect(stdout).toContain(`${ROWS} rows`);
  },
);
