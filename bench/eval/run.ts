/** How fast an evaluation is and how much memory it takes, by the number of cases. See README.md. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { machine } from '../machine.ts';

const sizes = [10_000, 50_000, 100_000];
const here = (name: string): string => join(import.meta.dirname, name);

const writeGolden = async (path: string, cases: number): Promise<void> => {
  const stream = createWriteStream(path);
  const filler = 'Some context that every question of this golden set carries along. '.repeat(15);
  for (let i = 0; i < cases; i += 1) {
    const one = {
      id: `case-${i}`,
      input: `What is ${i}? ${filler}`,
      expected: `the answer is ${i}`,
      tags: [`t${i % 5}`],
    };
    if (!stream.write(`${JSON.stringify(one)}\n`))
      await new Promise<void>((resolve) => stream.once('drain', resolve));
  }
  stream.end();
  await finished(stream);
};

const firstLine = (child: ReturnType<typeof spawn>): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
const start = (args: readonly string[]) =>
  spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });

const directory = mkdtempSync(join(tmpdir(), 'tidegate-bench-eval-'));
const server = start([here('answer-server.ts')]);
try {
  const url = `http://127.0.0.1:${await firstLine(server)}/`;
  const results: unknown[] = [];
  for (const size of sizes) {
    const golden = join(directory, `golden-${size}.jsonl`);
    await writeGolden(golden, size);
    const result: unknown = JSON.parse(
      await firstLine(start(['--expose-gc', here('one-run.ts'), golden, url, directory])),
    );
    console.log(result);
    results.push(result);
  }
  const text = JSON.stringify({ machine: machine(), loadAverage: loadavg(), results }, null, 2);
  writeFileSync(join(import.meta.dirname, '..', 'results', 'eval.json'), `${text}\n`);
} finally {
  server.kill();
  rmSync(directory, { recursive: true, force: true });
}
