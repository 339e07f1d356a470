import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fillQuery, QUERY_FACTS, type QueryFacts, queryProblem } from './query-template.ts';

/* What authors of policies write; to JavaScript these are ordinary texts. */
const hole = (name: string): string => `\${${name}}`;

const facts: QueryFacts = {
  release: `sha256:${'a'.repeat(64)}`,
  version: '1.4.0+build.7',
  service: 'spam-filter',
  environment: 'production',
  track: 'candidate',
};

describe('a query', () => {
  it('is told the facts of the rollout', () => {
    const template = QUERY_FACTS.map((name) => `${name}="${hole(name)}"`).join(',');
    expect(fillQuery(`x{${template}}`, facts)).toBe(
      `x{release="sha256:${'a'.repeat(64)}",version="1.4.0+build.7",service="spam-filter",environment="production",track="candidate"}`,
    );
  });

  it('matches exactly the value where it is a pattern', () => {
    expect(fillQuery(`x{v=~"${hole('version')}|none", w!~ '${hole('version')}'}`, facts)).toBe(
      String.raw`x{v=~"1\u005c.4\u005c.0\u005c+build\u005c.7|none", w!~ '1\u005c.4\u005c.0\u005c+build\u005c.7'}`,
    );
    expect(fillQuery(`x{v=~".*", w="${hole('version')}"}`, facts)).toBe('x{v=~".*", w="1.4.0+build.7"}');
  });

  it.each([
    [`x{v="$${hole('version')}"}`, `x{v="${hole('version')}"}`],
    ['x{v=~"a$"} # it\'s "fine', 'x{v=~"a$"} # it\'s "fine'],
    ['x{v="\\"${'.slice(0, -2).concat('"}'), 'x{v="\\""}'],
    ['x{v=`a\\`}', 'x{v=`a\\`}'],
    ['', ''],
  ])('%s stays as it is', (template, filled) => {
    expect(fillQuery(template, facts)).toBe(filled);
  });

  it.each([
    [`x{v=${hole('version')}}`, `${hole('version')} may stand only inside single or double quotes`],
    [`x{v=\`${hole('version')}\`}`, `${hole('version')} may stand only inside single or double quotes`],
    [`x{v="\\"}${hole('version')}`, null],
    [`x{v="${hole('verion')}"}`, `there is no placeholder ${hole('verion')}`],
    [`x{v="${hole('')}"}`, `there is no placeholder ${hole('')}`],
    [`x{v="${hole('version"')}`, `there is no placeholder ${hole('version"')}`],
    [`x{v="${hole('version').slice(0, -1)}"`, 'a placeholder is not closed'],
    [`x # "${hole('version')}"`, 'a placeholder stands in a comment'],
    ['x{v="a}', 'a quote is not closed'],
  ])('%s is refused', (template, problem) => {
    // With an escaped quote the text goes on, and is then not closed.
    expect(queryProblem(template)).toBe(problem ?? 'a quote is not closed');
    expect(() => fillQuery(template, facts)).toThrow(RangeError);
  });
});

test('no value leaves its quotes, and reads back as itself', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .array(fc.constantFrom('"', "'", '\\', '\n', '`', '#', '${', '}', '\u2028', '😀', 'a'), {
        maxLength: 8,
      })
      .map((all) => all.join('')),
  );
  fc.assert(
    fc.property(value, fc.constantFrom('"', "'"), (version, quote) => {
      const filled = fillQuery(`x{v=${quote}${hole('version')}${quote},w="z"}`, { ...facts, version });
      const [, inner] = /^x\{v=.(.*).,w="z"\}$/s.exec(filled)!;
      expect(inner).not.toMatch(/["'`\n#]/);
      const unescaped = inner!.replace(
        /\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/g,
        (_, short?: string, long?: string) => String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16)),
      );
      expect(unescaped).toBe(version.toWellFormed());
    }),
    { numRuns: 1_000 },
  );
});
