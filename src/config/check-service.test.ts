/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of YAML files */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkService, readService } from './check-service.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const minimal = 'service: a\nprotocol: http\nrun: {command: ./a}\n';

const check = (text: string, files: Record<string, string> = {}): ReturnType<typeof checkService> => {
  using folder = scratchFolder(files);
  return checkService(text, join(folder.path, 'tidegate.yaml'));
};

/** `line:column severity message [suggestion]`, which is all a person sees. */
const seen = (text: string, files: Record<string, string> = {}): string[] =>
  check(text, files).map(
    ({ line, column, severity, message, suggestion }) =>
      `${line}:${column} ${severity === 'error' ? '' : 'warning: '}${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

describe('one mistake, one problem, in its place', () => {
  test.each<[string, string, string[]]>([
    ['nothing wrong', minimal, []],
    [
      'an empty file',
      '',
      [
        '1:1 "service" is missing',
        '1:1 "protocol" is missing',
        '1:1 run is missing: how to start the service [run: {command: ...}, or external: {address: ...}]',
      ],
    ],
    ['a list instead of a map', '- a\n', ['1:1 expected a map, got a list']],
    ['a misspelt key', `${minimal}trafic: {slow: 1s}\n`, ['4:1 unknown key "trafic" [traffic]']],
    [
      'a key in another style',
      `${minimal}traffic: {timeouts: {first_byte: 1s}}\n`,
      ['4:22 unknown key "first_byte" [firstByte]'],
    ],
    [
      'a key in the wrong map',
      `${minimal}replicas: 2\n`,
      ['4:1 unknown key "replicas" [replicas under run]'],
    ],
    [
      'a fallback to itself',
      `${minimal}traffic: {fallback: [b, a]}\n`,
      ['4:25 a service cannot stand in for itself'],
    ],
    ['a key like nothing', `${minimal}xyzzy: 2\n`, ['4:1 unknown key "xyzzy"']],
    [
      'a misspelt required key',
      'service: a\nprotocol: http\nrun:\n  comand: ./a\n',
      ['4:3 unknown key "comand" [command]'],
    ],
    [
      'a missing required key',
      'service: a\nprotocol: http\nrun:\n  replicas: 2\n',
      ['3:1 "command" is missing'],
    ],
    ['an empty value', 'service: a\nprotocol: http\nrun:\n', ['3:1 expected a map, got nothing']],
    [
      'a wrong word',
      'service: a\nprotocol: open_inference\nrun: {command: ./a}\n',
      ['2:11 "open_inference" is not one of open-inference, openai, http [open-inference]'],
    ],
    [
      'a wrong name',
      'service: Spam Filter\nprotocol: http\nrun: {command: ./a}\n',
      [
        '1:10 "Spam Filter" is not a name: lower-case letters, digits and hyphens, a letter first, at most 63 [spam-filter]',
      ],
    ],
    ['a wrong unit', `${minimal}traffic:\n  slow: 30 secs\n`, ['5:9 "30 secs" is not a duration [30s]']],
    ['no unit', `${minimal}traffic:\n  slow: 30\n`, ['5:9 a duration needs a unit, got 30 [30s or 30ms]']],
    ['too long a time', `${minimal}traffic:\n  slow: 2d\n`, ['5:9 2d is too long: at most 1d']],
    ['no time at all', `${minimal}traffic:\n  slow: 0s\n`, ['5:9 a duration above zero is needed here']],
    [
      'yes for true',
      `${minimal}traffic: {repeatable: yes}\n`,
      ['4:23 expected true or false, got "yes" [true]'],
    ],
    [
      'a fraction of a replica',
      'service: a\nprotocol: http\nrun: {command: ./a, replicas: 1.5}\n',
      ['3:31 expected a whole number, got 1.5'],
    ],
    [
      'a number in quotes',
      'service: a\nprotocol: http\nrun: {command: ./a, replicas: "2"}\n',
      ['3:31 expected a whole number, got "2" [2]'],
    ],
    [
      'too many replicas',
      'service: a\nprotocol: http\nrun: {command: ./a, replicas: 1001}\n',
      ['3:31 1001 is out of range: from 1 to 1000'],
    ],
    [
      'a list for a text',
      'service: a\nprotocol: http\nrun: {command: [./a]}\n',
      ['3:16 expected a command, got a list'],
    ],
    [
      'an empty command',
      'service: a\nprotocol: http\nrun: {command: " "}\n',
      ['3:16 a command must not be empty'],
    ],
    [
      'both kinds of service',
      `${minimal}external: {address: "http://h:1"}\n`,
      ['4:1 a service has either run or external, not both'],
    ],
    [
      'two kinds of stickiness',
      `${minimal}traffic: {sticky: {header: x, cookie: y}}\n`,
      ['4:19 sticky takes one of header, cookie, field, claim, conversation and from'],
    ],
    [
      'a source with nothing in it, and one with two kinds',
      `${minimal}traffic: {sticky: {from: [{}, {field: /a, claim: b}]}}\n`,
      [
        '4:27 a source takes one of header, cookie, field, claim, conversation',
        '4:31 a source takes one of header, cookie, field, claim, conversation',
      ],
    ],
    [
      'more places than are looked at',
      `${minimal}traffic: {sticky: {from: [{conversation: body}, {conversation: body}]}}\n`,
      ['4:19 these are 10 places to look at, of 8 at most'],
    ],
    [
      'a whole body as a key',
      `${minimal}traffic: {sticky: {field: ""}}\n`,
      ['4:27 a whole body is nobody’s key [/user]'],
    ],
    [
      'a field that is no pointer',
      `${minimal}traffic: {sticky: {field: user.id}}\n`,
      ['4:27 "user.id" is not a JSON pointer [/user/id]'],
    ],
    [
      'a time-out beyond the total',
      `${minimal}traffic: {timeouts: {firstByte: 2m}}\n`,
      ['4:33 must not be longer than total, which ends the request anyway'],
    ],
    [
      'a path that leaves the folder',
      `${minimal}components:\n  model: ../model\n`,
      ['5:10 "../model" leaves the folder of this file'],
    ],
    [
      'a list of parts',
      `${minimal}components:\n  model: [a, b]\n`,
      ['5:10 expected a text or a map, got a list'],
    ],
    [
      'a bad environment name',
      `${minimal}environments: {Prod: {}}\n`,
      ['4:16 "Prod" is not the name of an environment: lower-case letters, digits and hyphens'],
    ],
    [
      'a nested lineage',
      `${minimal}lineage: {a: {b: 1}}\n`,
      ['4:14 expected a text, number, true or false, got a map'],
    ],
    [
      'a wrong pointer',
      `${minimal}traffic: {compare: {pointers: [a.b]}}\n`,
      ['4:32 "a.b" is not a JSON pointer [/a/b]'],
    ],
    [
      'a cost without a scale',
      `${minimal}traffic: {cost: {at: /usage/total_tokens}}\n`,
      ['4:17 "most" is missing'],
    ],
    [
      'a score that is always the worst',
      `${minimal}traffic: {score: {most: 0}}\n`,
      ['4:25 0 is out of range: it must be above 0'],
    ],
  ])('%s', (_, text, problems) => {
    expect(seen(text)).toEqual(problems);
  });
});

describe('everything at once', () => {
  test('in the order of the file', () => {
    const text = [
      'service: A',
      'protocol: grpc',
      'components: {model: gone/}',
      'run:',
      '  comand: ./a',
      '  secrets: {KEY: hunter2}',
      'evaluate: {golden: golden.jsonl}',
      'environments:',
      '  production: {strategy: canry}',
      '  production: {}',
    ].join('\n');
    expect(seen(text).map((line) => line.split(' ')[0])).toEqual([
      '1:10',
      '2:11',
      '3:21',
      '5:3',
      '6:18',
      '7:20',
      '10:3',
    ]);
  });

  test('the later of two equal keys counts, and both are not silently taken', () => {
    expect(seen(`${minimal}lineage: {a: 1, b: 2, a: 3}\n`)).toEqual(['4:23 the key "a" stands here twice']);
  });
});

describe('files it names', () => {
  const evaluated = `service: a\nprotocol: openai\nrun: {command: ./a}\nevaluate:\n  golden: golden.jsonl\n`;
  test.each<[string, string, Record<string, string>, string[]]>([
    ['a golden set that is there', evaluated, { 'golden.jsonl': '{}' }, []],
    ['one that is not', evaluated, {}, ['5:11 there is no file or folder "golden.jsonl"']],
    [
      'one with a similar name',
      evaluated,
      { 'goldn.jsonl': '{}' },
      ['5:11 there is no file or folder "golden.jsonl" [goldn.jsonl]'],
    ],
    [
      'an absolute one',
      evaluated.replace('golden.jsonl', '/golden.jsonl'),
      {},
      ['5:11 "/golden.jsonl" must be relative to this file'],
    ],
    [
      'a glob that finds only a folder, or only dependencies',
      `${minimal}components: {code: {files: ["lib/*", "**/*.js", "node_modules/**"]}}\n`,
      { 'lib/a/b.ts': '', 'node_modules/x/y.js': '' },
      ['4:29 "lib/*" matches no file', '4:38 "**/*.js" matches no file'],
    ],
    ['an empty one', evaluated, { 'golden.jsonl': '' }, ['5:11 "golden.jsonl" is empty']],
    ['a folder', evaluated, { 'golden.jsonl/x': '' }, ['5:11 "golden.jsonl" is not a file']],
    [
      'components',
      `${minimal}components:\n  model: {path: m/}\n  prompt: p.txt\n`,
      { 'm/x': '' },
      ['6:11 there is no file or folder "p.txt"'],
    ],
    [
      'code',
      `${minimal}components:\n  code:\n    files:\n      - "lib/**"\n      - nope.ts\n      - "!gone/**"\n      - "src/**/*.ts"\n`,
      { 'lib/a/b.ts': '', 'src/a.js': '' },
      ['8:9 there is no file or folder "nope.ts"', '10:9 "src/**/*.ts" matches no file'],
    ],
  ])('%s', (_, text, files, problems) => {
    expect(seen(text, files)).toEqual(problems);
  });
});

describe('strategies', () => {
  const strategy = (text: string): string[] =>
    seen(
      `service: a\nprotocol: http\nrun: {command: ./a, replicas: 2}\nenvironments:\n  production:\n    strategy: ${text}\n`,
    );
  test.each<[string, string[]]>([
    ['canary', []],
    ['{canary: [10%, 100%]}', []],
    ['{canary: {steps: [10%, 50%, 100%], shadow: 100%, minimum: 5s, hold: 1m, holdback: 2%}}', []],
    ['{blue-green: {smoke: ./smoke.sh}}', []],
    ['{rolling: {}}', []],
    ['{stages: [{weight: 100%}]}', []],
    [
      '{stages: [{mirror: 100%, minimum: 30s}, {weight: 10%, gates: [evidence, {approval: 1}, {soak: 5m}, {command: ./x, timeout: 1m}, evaluation]}, {weight: 100%}, {hold: 10m, holdback: 1%}]}',
      [],
    ],
    ['stages', ['6:15 "stages" is not one of canary, shadow, blue-green, rolling, all-at-once']],
    ['{canary: [10%, 50%]}', ['6:30 the last step must be 100%']],
    ['{canary: [50%, 10%, 100%]}', ['6:30 each step must be larger than the one before']],
    ['{canary: [10, 100%]}', ['6:25 a percentage needs its sign, got 10 [10%]']],
    ['{canary: [100%]}', ['6:25 a canary with only 100% compares nothing [all-at-once]']],
    ['{canary: []}', ['6:24 a canary needs at least one step below 100% and then 100%']],
    ['{canary: {steps: [10%, 120%]}}', ['6:38 120% is out of range: from 0% to 100%']],
    [
      '{canary: {}, shadow: {}}',
      ['6:15 a strategy is one of canary and shadow, not both; a list under stages can mix them'],
    ],
    ['{}', ['6:15 a strategy names one of canary, shadow, blue-green, rolling, all-at-once, stages']],
    ['{canary: {holdback: 60%}}', ['6:35 60% is out of range: from 0% to 49%']],
    ['{stages: []}', ['6:24 the weights must reach 100% [a last stage {weight: 100%}]']],
    [
      '{stages: [{weight: 50%}, {weight: 10%}, {weight: 100%}]}',
      ['6:40 weights never shrink from one stage to the next'],
    ],
    ['{stages: [{weight: 50%}]}', ['6:25 the weights must reach 100% [a last stage {weight: 100%}]']],
    [
      '{stages: [{weight: 100%, mirror: 10%}]}',
      ['6:25 at 100% there are no requests of stable left to mirror'],
    ],
    [
      '{stages: [{gates: [evidence]}, {weight: 100%}]}',
      ['6:25 without weight or mirror there is no evidence to wait for'],
    ],
    [
      '{stages: [{name: x}, {weight: 100%}]}',
      ['6:25 this stage does nothing: it needs weight, mirror, gates or minimum'],
    ],
    ['{stages: [{hold: 1m}, {weight: 100%}]}', ['6:25 a hold comes last: it is the time after 100%']],
    ['{stages: [{weight: 100%}, {holdback: 1%}]}', ['6:41 a holdback needs a hold [hold: 10m]']],
    ['{stages: [{weight: 100%}, {hold: 1m, name: x}]}', ['6:41 a hold stands alone, without name']],
    [
      '{stages: [{weight: 10%, gates: [{soak: 1m, approval: 2}]}, {weight: 100%}]}',
      ['6:47 a gate is one of evidence, evaluation, {approval: 1}, {soak: 5m}, {command: ./smoke.sh}'],
    ],
    [
      '{stages: [{weight: 10%, gates: [{soak: 1m, timeout: 2m}]}, {weight: 100%}]}',
      ['6:47 only a command has a timeout; the stage has one of its own'],
    ],
    [
      '{stages: [{weight: 10%, gates: [evidnce]}, {weight: 100%}]}',
      ['6:47 "evidnce" is not one of evidence, evaluation, approval [evidence]'],
    ],
    ['{stages: [{name: x, weight: 1%}, {name: x, weight: 100%}]}', ['6:48 there is another stage named x']],
    [
      '{stages: [{weight: 100%, gates: [evaluation]}]}',
      [
        '6:25 nothing comes after 100% that gates could hold back [a last item {hold: 10m}, with the gates one stage earlier]',
      ],
    ],
  ])('%s', (text, problems) => {
    expect(strategy(text)).toEqual(problems);
  });

  test('rolling needs something to roll', () => {
    const text = `${minimal}environments: {production: {strategy: rolling}}\n`;
    expect(seen(text)).toEqual([
      '4:39 a single replica cannot be replaced bit by bit [replicas: 2, or all-at-once]',
    ]);
    expect(seen(text.replace('strategy:', 'replicas: 2, strategy:'))).toEqual([]);
  });
});

describe('variables and secrets', () => {
  const run = (env: string): string[] => seen(`service: a\nprotocol: http\nrun:\n  command: ./a\n  ${env}\n`);
  test.each<[string, string[]]>([
    ['env: {LEVEL: "${env:LEVEL}", OTHER: "${env:OTHER:-x}", N: 8, T: true}', []],
    ['env: {V: 1.10}', ['5:12 YAML reads 1.10 as 1.1 ["1.10"]']],
    ['env: {V: 0x1F}', ['5:12 YAML reads 0x1F as 31 ["0x1F"]']],
    ['env: {V: }', ['5:9 expected a text, got nothing [""]']],
    ['env:', ['5:3 expected a map, got nothing']],
    ['secrets:', ['5:3 expected a map, got nothing']],
    [
      'env: {9V: a}',
      ['5:9 "9V" is not the name of a variable: letters, digits and underscores, no digit first'],
    ],
    ['env: {PORT: 8000}', ['5:9 "PORT" is set by Tidegate for each replica: listen there']],
    ['env: {V: "${LEVEL}"}', ['5:12 warning: "${LEVEL}" is not filled in and stays as it is [${env:LEVEL}]']],
    [
      'env: {API_KEY: abcd1234efgh}',
      [
        '5:18 warning: API_KEY looks like a credential, and a release is no place for one [under secrets: API_KEY: env:API_KEY]',
      ],
    ],
    [
      'env: {X: sk-abcdefghijklmnop1234}',
      [
        '5:12 warning: X looks like a credential, and a release is no place for one [under secrets: X: env:X]',
      ],
    ],
    [
      'env: {KEY: "${env:MY_TOKEN}"}',
      ['5:14 warning: KEY would be stored in the release [under secrets: KEY: env:MY_TOKEN]'],
    ],
    ['env: {MAX_TOKENS: 4096000000, TOKENIZER: ./tokenizer.json, SECRET_FILE: /run/secrets/x}', []],
    ['secrets: {A: env:B, C: file:/run/secrets/c}', []],
    [
      'secrets: {A: hunter2}',
      ['5:16 a secret is given by reference only, never by value [env:NAME or file:/path]'],
    ],
    ['secrets: {A: "${env:B}"}', ['5:16 a secret is resolved when a replica starts [env:B]']],
    [
      'secrets: {A: {b: c}}',
      ['5:16 a secret is given by reference only, never by value [env:NAME or file:/path]'],
    ],
  ])('%s', (text, problems) => {
    expect(run(text)).toEqual(problems);
  });

  test('references are refused where nothing fills them in', () => {
    expect(seen('service: a\nprotocol: http\nrun: {command: "./a ${env:LEVEL}"}\n')).toEqual([
      '3:16 ${env:NAME} is filled in only in env, external.address and lineage',
    ]);
  });

  test('more of them than a process could take', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `    K${index}: 1.10`).join('\n');
    const started = performance.now();
    expect(run(`env:\n${many}`)[0]).toBe('6:5 at most 1000 variables');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('the same name as variable and secret', () => {
    expect(run('env: {A: b}\n  secrets: {A: env:A}')).toEqual(['5:9 A stands under secrets as well']);
  });

  test('no problem ever shows a secret', () => {
    const text = [
      'service: a',
      'protocol: http',
      'run:',
      '  command: ./a',
      '  secrets: {A: hunter2-a, B: [hunter2-b], C: "hunter2-c", D: !x hunter2-d}',
      '  env: {PASSWORD: hunter2-longer, DB: "postgres://me:hunter2@db/x"}',
      'environments:',
      '  production:',
      '    secrets:',
      '      A: |',
      '        hunter2',
      '        hunter2 again',
      '      hunter: ',
    ].join('\n');
    for (const each of [text, text.replace(' !x', ''), `${text}\n  - broken`]) {
      const problems = check(each);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    }
  });
});

describe('external services', () => {
  const external = (text: string): string[] => seen(`service: a\nprotocol: openai\n${text}\n`);
  test.each<[string, string[]]>([
    ['external: {address: "http://10.0.0.5:8000", ready: /health, fingerprint: /version}', []],
    ['external: {address: "http://${env:MODEL_HOST}:8000"}', []],
    ['external: {address: 10.0.0.5:8000}', ['3:21 "10.0.0.5:8000" is not a URL [http://10.0.0.5:8000]']],
    ['external: {}', ['3:11 "address" is missing']],
    [
      'external: {address: "http://h"}\nenvironments: {production: {replicas: 2, strategy: canary}}',
      ['4:29 replicas changes nothing for a service that somebody else runs'],
    ],
  ])('%s', (text, problems) => {
    expect(external(text)).toEqual(problems);
  });
});

describe('evaluation', () => {
  const evaluate = (protocol: string, text: string): string[] =>
    seen(`service: a\nprotocol: ${protocol}\nrun: {command: ./a}\nevaluate:\n  golden: g.jsonl\n${text}`, {
      'g.jsonl': '{}',
    });
  test('plain HTTP has no usual request', () => {
    expect(evaluate('http', '')).toEqual([
      '4:1 with protocol http nobody else knows the request: request.path and request.body missing',
    ]);
    expect(evaluate('http', '  request: {path: /p}\n')).toEqual([
      '6:3 with protocol http nobody else knows the request: request.body missing',
    ]);
    expect(evaluate('http', '  request: {path: /p, body: {text: "${input}"}}\n')).toEqual([]);
    expect(evaluate('open-inference', '')).toEqual([]);
  });
  test('is a golden set and how it is asked, or a file that says all of it', () => {
    const written = (evaluate: string): string[] =>
      seen(`service: a\nprotocol: http\nrun: {command: ./a}\nevaluate: ${evaluate}\n`, {
        'g.jsonl': '{}',
        'eval.yaml': 'golden: g.jsonl',
      });
    expect(written('{file: eval.yaml, positive: spam}')).toEqual([]);
    expect(written('{positive: spam}').join()).toContain('"golden" is missing');
    expect(written('{file: eval.yaml, answer: /a}')).toEqual([
      '4:29 beside file there is no answer: the evaluation file says it',
    ]);
    expect(written('{file: none.yaml}').join()).toContain('there is no file or folder "none.yaml"');
  });
  test('every case must send something of its own', () => {
    expect(evaluate('openai', '  request: {body: {a: [b]}}\n')).toEqual([
      '6:19 the body contains no ${input}, so every case would send the same request ["${input}" where the case’s input belongs]',
    ]);
  });
});

test('costs and scores come out with their scale', () => {
  const { config, problems } = readService(
    `${minimal}traffic: {cost: {at: /usage/total_tokens, most: 4000}, score: {most: 5}}\n`,
    'tidegate.yaml',
  );
  expect(problems).toEqual([]);
  expect(config?.traffic).toMatchObject({
    cost: { pointer: '/usage/total_tokens', most: 4_000 },
    score: { most: 5 },
  });
});

test('what comes out has every default in it', () => {
  using folder = scratchFolder({ 'golden.jsonl': '{}' });
  const { config, problems } = readService(
    'service: spam-filter\nprotocol: open-inference\ncomponents: {model: ./}\nrun: {command: node server.ts}\nevaluate: {golden: golden.jsonl}\n',
    join(folder.path, 'tidegate.yaml'),
  );
  expect(problems).toEqual([]);
  expect(config).toEqual({
    service: 'spam-filter',
    protocol: 'open-inference',
    components: { code: { files: null, install: null }, model: { path: '.' } },
    serving: {
      kind: 'process',
      command: 'node server.ts',
      replicas: 1,
      env: {},
      secrets: {},
      ready: { path: '/v2/health/ready', timeoutMs: 60_000 },
      stopGraceMs: 10_000,
      limits: { memoryBytes: null, cpus: null },
    },
    evaluation: {
      golden: 'golden.jsonl',
      request: {
        method: 'POST',
        path: '/v2/models/spam-filter/infer',
        body: { inputs: [{ name: 'input', shape: [1], datatype: 'BYTES', data: ['${input}'] }] },
      },
      answer: '/outputs/0/data/0',
      positive: null,
      concurrency: 4,
      timeoutMs: 10_000,
    },
    traffic: {
      sticky: null,
      repeatable: false,
      timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
      care: {
        retryShare: 0.2,
        ejection: { consecutive: 5, failedShare: 0.5, windowMs: 10_000, restMs: 5_000 },
        slowStartMs: 5_000,
      },
      compare: null,
      slowMs: null,
      feedbackWithinMs: 10_000,
    },
    lineage: {},
    overlays: {},
  });
});
