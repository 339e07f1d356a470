import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkService, readService } from '../check-service.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';

const head = 'service: a\nprotocol: http\nrun: {command: ./a}\ntraffic:\n';
const withChecks = (...lines: string[]): string =>
  `${head}  checks:\n    all:\n${lines.map((line) => `      - ${line}\n`).join('')}`;

const seen = (text: string, files: Record<string, string> = {}): string[] => {
  using folder = scratchFolder(files);
  return checkService(text, join(folder.path, 'tidegate.yaml')).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
};
const trafficOf = (text: string, files: Record<string, string> = {}) => {
  using folder = scratchFolder(files);
  const { config, problems } = readService(text, join(folder.path, 'tidegate.yaml'));
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return config.traffic;
};

describe('traffic.checks', () => {
  test('of every kind come out as they will be sealed', () => {
    const text = `${withChecks(
      'schema: {type: object, required: [label]}',
      'schema: shapes/answer.json\n        at: /outputs/0',
      "matches: '^(spam|ham)$'\n        at: /label",
      "cel: 'answer.score < 1.0'",
      'http: http://127.0.0.1:9000/check\n        timeout: 300ms',
      'http: http://127.0.0.1:9001',
    )}    share: 25%\n`;
    expect(trafficOf(text, { 'shapes/answer.json': '{"type": "string"}' }).checks).toEqual({
      share: 0.25,
      checks: [
        { kind: 'json-schema', schema: { type: 'object', required: ['label'] } },
        { kind: 'json-schema', schema: 'shapes/answer.json', pointer: '/outputs/0' },
        { kind: 'matches', pattern: '^(spam|ham)$', pointer: '/label' },
        { kind: 'cel', expression: 'answer.score < 1.0' },
        { kind: 'http', url: 'http://127.0.0.1:9000/check', timeoutMs: 300 },
        { kind: 'http', url: 'http://127.0.0.1:9001', timeoutMs: 2_000 },
      ],
    });
  });

  test('left out are not there at all', () => {
    expect(trafficOf(head.replace('traffic:\n', ''))).not.toHaveProperty('checks');
  });

  test.each<[string, string, string[]]>([
    ['a broken pattern', "matches: '('", ['7:18 not a regular expression: Unterminated group']],
    [
      'a broken expression',
      "cel: 'answer.x >'",
      ['7:14 not a CEL expression: line 1, column 10: found > but expecting end of input'],
    ],
    [
      'a name that nothing defines',
      "cel: 'anwser.x > 1'",
      ['7:14 not a CEL expression: there is no "anwser" (there are answer, status, text)'],
    ],
    [
      'a misspelt keyword in a schema',
      'schema: {requried: [a]}',
      ['7:17 not a usable JSON Schema: strict mode: unknown keyword: "requried"'],
    ],
    [
      'a list for a schema',
      'schema: [1]',
      ['7:17 not a usable JSON Schema: a JSON Schema is a map, true or false'],
    ],
    [
      'two kinds in one',
      "cel: 'true'\n        matches: a",
      ['7:9 a check has exactly one of schema, matches, cel, http'],
    ],
    [
      'no kind at all',
      'at: /x',
      ['7:9 a check has exactly one of schema, matches, cel, http', '7:13 at goes with schema or matches'],
    ],
    [
      'a pointer that changes nothing',
      "cel: 'true'\n        at: /x",
      ['8:13 at goes with schema or matches'],
    ],
    ['a time-out that changes nothing', "cel: 'true'\n        timeout: 1s", ['8:18 timeout goes with http']],
    ['a misspelt key', "match: 'a'", ['7:9 unknown key "match"']],
    [
      'an address of the cloud',
      'http: http://169.254.169.254/latest',
      ['7:15 "http://169.254.169.254/latest" is a link-local or metadata address, which gateways do not ask'],
    ],
    ['a file that is not there', 'schema: none.json', ['7:17 there is no file "none.json" that can be read']],
    ['an absolute path', 'schema: /etc/passwd', ['7:17 "/etc/passwd" must be relative to this file']],
    ['a folder', 'schema: shapes', ['7:17 "shapes" is not a file']],
    ['a schema file that is no JSON', 'schema: shapes/text.json', []],
    [
      'a schema file that is no schema',
      'schema: shapes/bad.json',
      ['7:17 "shapes/bad.json": not a usable JSON Schema: strict mode: unknown keyword: "requried"'],
    ],
  ])('%s', (_, check, problems) => {
    const files = { 'shapes/bad.json': '{"requried": []}', 'shapes/text.json': 'type: object' };
    const found = seen(withChecks(check), files);
    if (check.includes('text.json')) expect(found[0]).toMatch(/^7:17 "shapes\/text.json" is not JSON: /);
    else if (problems[0]?.includes('unknown key "match"')) expect(found[0]).toContain(problems[0]);
    else expect(found).toEqual(problems);
  });

  test('have limits', () => {
    expect(seen(withChecks(`matches: '${'a'.repeat(4_097)}'`))).toEqual([
      '7:18 a regular expression is longer than 4096 bytes',
    ]);
    expect(seen(withChecks(`cel: '${'a'.repeat(4_097)}'`))).toEqual([
      '7:14 a CEL expression is longer than 4096 bytes',
    ]);
    expect(seen(withChecks(...Array.from({ length: 21 }, () => 'matches: a')))).toEqual([
      '7:7 at most 20 checks',
    ]);
    expect(seen(`${head}  checks: {all: []}\n`)).toEqual(['5:17 there is no check in it']);
    expect(seen(`${head}  checks: {share: 0%, all: [{matches: a}]}\n`)[0]).toMatch(
      /^5:19 0% is out of range/,
    );
    const large = JSON.stringify({ enum: Array.from({ length: 40_000 }, (_, n) => `word ${n}`) });
    expect(seen(withChecks('schema: large.json'), { 'large.json': large })).toEqual([
      '7:17 "large.json": a JSON Schema may have at most 256 KiB',
    ]);
  });
});

describe('traffic.judge', () => {
  const judge = (lines: string): string => `${head}  judge:\n${lines.replace(/^/gm, '    ')}\n`;
  test('comes out with its defaults', () => {
    expect(
      trafficOf(
        judge('address: https://api.example.com/v1\nmodel: m\nrubric: Be right.\napiKey: env:JUDGE_KEY'),
      ).judge,
    ).toEqual({
      address: 'https://api.example.com/v1',
      model: 'm',
      rubric: 'Be right.',
      bar: 0.7,
      share: 0.1,
      callsAtMost: 1_000,
      timeoutMs: 20_000,
      apiKey: 'env:JUDGE_KEY',
    });
  });

  test.each<[string, string, string]>([
    [
      'a key in clear',
      'apiKey: sk-live-1234567890abcdefghij',
      '8:13 a secret is given by reference only, never by value',
    ],
    ['a bar of one', 'bar: 1', '8:10 1 could mean 1% or 100%'],
    ['no budget', 'calls: 0', '8:12 0 is out of range: from 1 to 10000000'],
    ['an unknown key', 'prompt: x', '8:5 unknown key "prompt"'],
  ])('%s is refused', (_, line, problem) => {
    const text = judge(`address: https://a.example\nmodel: m\n${line}\nrubric: r`);
    expect(seen(text)[0]).toContain(problem);
    using folder = scratchFolder({});
    const problems = checkService(text, join(folder.path, 'tidegate.yaml'));
    expect(JSON.stringify(problems)).not.toContain('1234567890');
  });
});
