import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, formatVersion, highestVersion, nextVersion, parseVersion } from './version.ts';

const parsed = (text: string) => parseVersion(text)!;

describe('semantic versions', () => {
  // The list that semver.org links from its answer about regular expressions (regex101.com/r/vkijKf).
  test.each([
    ...[
      '0.0.4',
      '1.2.3',
      '10.20.30',
      '1.1.2-prerelease+meta',
      '1.1.2+meta',
      '1.1.2+meta-valid',
      '1.0.0-alpha',
    ],
    ...[
      '1.0.0-alpha.beta.1',
      '1.0.0-alpha0.valid',
      '1.0.0-alpha.0valid',
      '1.0.0-rc.1+build.1',
      '2.0.0-rc.1+build.123',
    ],
    ...[
      '1.2.3-SNAPSHOT-123',
      '1.0.0+0.build.1-rc.10000aaa-kk-0.1',
      '1.0.0-0A.is.legal',
      '1.2.3----RC-SNAPSHOT.12.9.1--.12',
    ],
  ])('%s is one, and comes out as it went in', (text) => {
    expect(formatVersion(parsed(text))).toBe(text);
  });

  test.each([
    ...[
      '',
      '1',
      '1.2',
      '1.2.3-0123',
      '1.2.3-0123.0123',
      '1.1.2+.123',
      '+invalid',
      '-invalid',
      'alpha',
      '1.2.3.DEV',
      '01.1.1',
    ],
    ...[
      '1.01.1',
      '1.1.01',
      '1.2-SNAPSHOT',
      '1.0.0-alpha..1',
      '1.0.0-alpha_beta',
      '1.1.2+meta+meta',
      'v1.2.3',
      ' 1.2.3',
    ],
    ...['1.2.3\n', '99999999999999999999.0.0', `1.2.3-${'a'.repeat(200)}`],
  ])('%j is none', (text) => {
    expect(parseVersion(text)).toBeNull();
  });

  test('rank as in clause 11 of the specification', () => {
    const inOrder = [
      ...[
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
        '1.0.0-rc.1',
      ],
      ...['1.0.0', '2.0.0', '2.1.0', '2.1.1', '2.1.10', '2.1.11-9007199254740993', '2.1.11-9007199254740994'],
    ].map(parsed);
    for (const [i, a] of inOrder.entries()) {
      for (const [j, b] of inOrder.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    }
    expect(compareVersions(parsed('1.0.0+a'), parsed('1.0.0+b'))).toBe(0);
  });

  test('have a next one for each step', () => {
    const next = (text: string, step: 'patch' | 'minor' | 'major') =>
      formatVersion(nextVersion(parsed(text), step));
    expect(['patch', 'minor', 'major'].map((step) => next('1.2.3', step as 'patch'))).toEqual([
      '1.2.4',
      '1.3.0',
      '2.0.0',
    ]);
    expect(['patch', 'minor', 'major'].map((step) => next('1.2.3-rc.1', step as 'patch'))).toEqual([
      '1.2.3',
      '1.3.0',
      '2.0.0',
    ]);
    expect(next('2.0.0-rc.1', 'major')).toBe('2.0.0');
    expect(next('1.3.0-rc.1+b', 'minor')).toBe('1.3.0');
  });

  test('the next one always ranks higher, the highest never lower than any', () => {
    const identifier = fc.stringMatching(/^[0-9A-Za-z-]{1,4}$/).filter((text) => !/^0\d+$/.test(text));
    const version = fc
      .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.array(identifier, { maxLength: 3 }))
      .map(([major, minor, patch, prerelease]) => ({ major, minor, patch, prerelease, build: [] }));
    fc.assert(
      fc.property(
        fc.array(version, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('patch', 'minor', 'major'),
        (all, step) => {
          for (const each of all) {
            expect(parseVersion(formatVersion(each))).toEqual(each);
            expect(compareVersions(nextVersion(each, step), each)).toBeGreaterThan(0);
          }
          const highest = highestVersion(['not one', ...all.map(formatVersion)])!;
          for (const each of all) expect(compareVersions(highest, each)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
    expect(highestVersion(['none'])).toBeNull();
  });
});
