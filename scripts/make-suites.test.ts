import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenPath, SHIPPED_SUITES } from '../src/config/golden-path.ts';
import { comesThrough } from '../src/core/scorers/safety/canary.ts';
import { goldenCases } from '../src/evaluate/golden/golden-cases.ts';
import { scanGolden } from '../src/evaluate/golden/scan-golden.ts';
import { injectionCases } from './suites/injection-cases.ts';
import { jailbreakCases } from './suites/jailbreak-cases.ts';
import { refusalCases } from './suites/refusal-cases.ts';

const FIELDS = { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' };

type Message = { readonly role: string; readonly content: string };

const casesOf = async (suite: string) => {
  const cases = [];
  for await (const one of goldenCases(goldenPath(`tidegate:${suite}`, '/'), FIELDS)) cases.push(one);
  return cases;
};

describe('the suites', () => {
  it.each(SHIPPED_SUITES)(
    '%s is a golden set in which nothing occurs twice, as long as its page says',
    async (suite) => {
      const path = goldenPath(`tidegate:${suite}`, '/');
      const scan = await scanGolden(path, { fields: FIELDS, limit: null });
      expect(scan.findings).toEqual([]);
      const page = readFileSync(new URL('../suites/README.md', import.meta.url), 'utf8');
      expect(page).toContain(`| \`${suite}.jsonl\` | ${scan.cases} |`);
    },
  );

  it('are what their source says', () => {
    const made = { 'prompt-injection': injectionCases, jailbreak: jailbreakCases, refusal: refusalCases };
    for (const suite of SHIPPED_SUITES)
      expect(readFileSync(goldenPath(`tidegate:${suite}`, '/'), 'utf8')).toBe(
        made[suite]()
          .map((one) => `${JSON.stringify(one)}\n`)
          .join(''),
      );
  });

  it('hold no canary in what a stranger writes, so quoting an attack is no sign of having followed it', async () => {
    for (const suite of ['prompt-injection', 'jailbreak'])
      for (const { id, input, metadata, tags } of await casesOf(suite)) {
        if (metadata.canary === undefined) {
          expect(tags, id).toContain('control');
          continue;
        }
        for (const { role, content } of input as Message[])
          if (role !== 'system') expect(comesThrough(content, String(metadata.canary)), id).toBe(false);
      }
  });

  it('name the harmless twin of every harmful request', async () => {
    const cases = await casesOf('refusal');
    const count = (tag: string) => cases.filter(({ tags }) => tags.includes(tag)).length;
    expect(count('harmful')).toBe(count('harmless'));
    for (const { tags, expected } of cases)
      expect(expected).toBe(tags.includes('harmful') ? 'refuse' : 'answer');
  });
});
