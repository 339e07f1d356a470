/** How fast the same evaluation is with promptfoo. See README-promptfoo.md. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { machine } from '../machine.ts';

const CONCURRENCY = 64;
const PARTS = [
  { name: 'answers at once', delayMs: 0, cases: 3_000 },
  { name: 'answers after 200 ms', delayMs: 200, cases: 1_000 },
];
const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'tidegate-bench-promptfoo-'));

/** Where promptfoo is: PROMPTFOO_DIR, or installed into the scratch directory; null when it cannot be had. */
const findPromptfoo = (): string | null => {
  const given = process.env.PROMPTFOO_DIR;
  if (given === undefined) {
    writeFileSync(join(scratch, 'package.json'), '{"name": "bench-promptfoo", "private": true}');
    const { status } = spawnSync('npm', ['install', 'promptfoo', '--no-audit', '--no-fund'], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 900_000,
    });
    if (status !== 0) return null;
  }
  const directory = join(given ?? scratch, 'node_modules', 'promptfoo');
  return existsSync(join(directory, 'package.json')) ? directory : null;
};

const write = (name: string, text: string): string => {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
};

/** Wall and CPU seconds of a command and all that it starts, as bash counts them. */
const timed = (
  args: readonly string[],
): { readonly seconds: number; readonly cpuSeconds: number; readonly status: number | null } => {
  const { status, stderr } = spawnSync(
    'bash',
    [
      '-c',
      'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>"$0"',
      join(scratch, 'stderr.txt'),
      process.execPath,
      ...args,
    ],
    {
      cwd: scratch,
      encoding: 'utf8',
      env: {
        ...process.env,
        PROMPTFOO_CONFIG_DIR: join(scratch, 'config'),
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      },
    },
  );
  const [seconds = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
  return { seconds, cpuSeconds: user + system, status };
};

const question = (i: number): string => `What is ${i}?`;
const expected = (i: number): string => `the answer is ${i}`;

const promptfooFiles = (url: string, cases: number): string => {
  const tests = Array.from({ length: cases }, (_, i) => ({
    vars: { input: question(i), expected: expected(i) },
  }));
  write('tests.json', JSON.stringify(tests));
  return write(
    'promptfooconfig.yaml',
    stringify({
      prompts: ['{{input}}'],
      providers: [
        {
          id: url,
          config: {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: { input: '{{prompt}}' },
            transformResponse: 'json',
          },
        },
      ],
      defaultTest: {
        assert: [
          { type: 'equals', value: '{{expected}}' },
          { type: 'contains', value: '{{expected}}' },
          { type: 'regex', value: '{{expected}}' },
          { type: 'levenshtein', value: '{{expected}}', threshold: 5 },
        ],
      },
      tests: 'file://tests.json',
    }),
  );
};

const tidegateFiles = (url: string, cases: number): string => {
  write(
    'golden.jsonl',
    Array.from({ length: cases }, (_, i) =>
      JSON.stringify({ id: `c${i}`, input: question(i), expected: expected(i) }),
    ).join('\n'),
  );
  return write(
    'tidegate-eval.yaml',
    stringify({
      golden: 'golden.jsonl',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the file holds
      target: { url, body: { input: '${input}' } },
      scorers: ['exact', 'contains', 'matches', { scorer: 'levenshtein_distance', atMost: 5 }],
      concurrency: CONCURRENCY,
    }),
  );
};

/** That both have done the same work: so many cases right, so many in error. */
const workOfPromptfoo = (file: string): { readonly right: number; readonly errors: number } => {
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly results: { readonly stats: { readonly successes: number; readonly errors: number } };
  };
  return { right: results.stats.successes, errors: results.stats.errors };
};

const workOfTidegate = (file: string): { readonly right: number; readonly errors: number } => {
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly cases: readonly {
      readonly candidate: readonly {
        readonly kind: string;
        readonly scores?: Readonly<Record<string, number>>;
      }[];
    }[];
  };
  const answers = cases.flatMap(({ candidate }) => candidate);
  return {
    right: answers.filter(
      ({ scores }) => scores !== undefined && Object.values(scores).every((score) => score === 1),
    ).length,
    errors: answers.filter(({ kind }) => kind === 'error').length,
  };
};

const compare = async (promptfoo: string, { name, delayMs, cases }: (typeof PARTS)[number]) => {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'promptfoo-server.ts'), `${delayMs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<string>((resolve) =>
      server.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    const url = `http://127.0.0.1:${port}/`;
    const config = promptfooFiles(url, cases);
    const file = tidegateFiles(url, cases);
    const theirs = timed([
      join(promptfoo, 'dist', 'src', 'entrypoint.js'),
      ...['eval', '-c', config, '-j', `${CONCURRENCY}`, '-o', join(scratch, 'theirs.json')],
      ...['--no-cache', '--no-progress-bar', '--no-table', '--no-write'],
    ]);
    const ours = timed([
      join(root, 'bin', 'tidegate.js'),
      'eval',
      'run',
      file,
      '-o',
      join(scratch, 'ours.json'),
    ]);
    const work = {
      theirs: workOfPromptfoo(join(scratch, 'theirs.json')),
      ours: workOfTidegate(join(scratch, 'ours.json')),
    };
    if (JSON.stringify(work.theirs) !== JSON.stringify(work.ours))
      throw new Error(`not the same work: ${JSON.stringify(work)}`);
    const side = ({ seconds, cpuSeconds }: ReturnType<typeof timed>) => ({
      seconds,
      cpuSeconds,
      casesPerSecond: cases / seconds,
    });
    return {
      name,
      cases,
      concurrency: CONCURRENCY,
      ...work.ours,
      promptfoo: side(theirs),
      tidegate: side(ours),
      timesAsFast: theirs.seconds / ours.seconds,
      timesLessCpu: theirs.cpuSeconds / ours.cpuSeconds,
    };
  } finally {
    server.kill();
  }
};

try {
  const promptfoo = findPromptfoo();
  if (promptfoo === null) {
    console.log('promptfoo could not be installed here, so nothing was compared.');
  } else {
    const { version } = JSON.parse(readFileSync(join(promptfoo, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    const results: unknown[] = [];
    for (const part of PARTS) {
      const result = await compare(promptfoo, part);
      console.log(result);
      results.push(result);
    }
    const node = execFileSync(process.execPath, ['--version'], { encoding: 'utf8' }).trim();
    const text = JSON.stringify(
      { machine: machine(), loadAverage: loadavg(), promptfoo: version, node, results },
      null,
      2,
    );
    writeFileSync(join(import.meta.dirname, '..', 'results', 'eval-promptfoo.json'), `${text}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
