import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDuration } from './duration.ts';
import { readFileGlob } from './file-glob.ts';
import { readHttpAddress } from './http-address.ts';
import { readInnerPath } from './inner-path.ts';
import { readJsonPointer } from './json-pointer.ts';
import { readListenAddress } from './listen-address.ts';
import { readName } from './name.ts';
import type { Reading } from './reading.ts';
import { readRequestPath } from './request-path.ts';
import { readSecretReference } from './secret-reference.ts';
import { readPercent, readShare } from './share.ts';
import { readSize } from './size.ts';

/** `undefined` behind a refused value means that nothing better can be proposed. */
const table = <T>(
  read: (value: unknown) => Reading<T>,
  taken: readonly (readonly [unknown, T])[],
  refused: readonly (readonly [unknown, string | undefined])[],
): void => {
  test.each(taken)('takes %j', (given, value) => {
    expect(read(given)).toEqual({ value });
  });
  test.each(refused)('refuses %j', (given, suggestion) => {
    const reading = read(given);
    expect(reading).toHaveProperty('problem');
    expect('problem' in reading ? reading.suggestion : 'taken').toBe(suggestion);
  });
  test.each(refused)('what it proposes for %j can be taken', (_, suggestion) => {
    for (const proposal of suggestion?.split(' or ') ?? []) expect(read(proposal)).toHaveProperty('value');
  });
};

describe('durations, in milliseconds', () => {
  table(
    readDuration,
    [
      ['250ms', 250],
      ['30s', 30_000],
      ['5m', 300_000],
      ['2h', 7_200_000],
      ['7d', 604_800_000],
      ['1.5s', 1_500],
      ['0.001s', 1],
      [0, 0],
    ],
    [
      ['30 secs', '30s'],
      ['5min', '5m'],
      ['10 Seconds', '10s'],
      ['1m30s', '90s'],
      ['1s5ms', '1005ms'],
      [30, '30s or 30ms'],
      ['30', undefined],
      ['0.5ms', undefined],
      ['-5s', undefined],
      ['1e3s', undefined],
      ['99999d', undefined],
      ['', undefined],
      [null, undefined],
      [['5s'], undefined],
    ],
  );
  test('any whole number of a unit comes out exactly', () => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
    fc.assert(
      fc.property(fc.nat(80_000), fc.constantFrom('ms', 's', 'm', 'h'), (count, unit) => {
        expect(readDuration(`${count}${unit}`)).toEqual({ value: count * units[unit] });
      }),
    );
  });
});

describe('sizes, in bytes', () => {
  table(
    readSize,
    [
      ['512MiB', 512 * 2 ** 20],
      ['1GiB', 2 ** 30],
      ['500MB', 500e6],
      ['1.5KiB', 1536],
      ['10B', 10],
    ],
    [
      ['512M', '512MiB'],
      ['512m', '512MiB'],
      ['1gb', '1GiB'],
      [512, '512MiB or 512B'],
      ['1.5B', undefined],
      ['much', undefined],
    ],
  );
});

describe('percentages of traffic', () => {
  table(
    readPercent,
    [
      ['5%', 0.05],
      ['0.5%', 0.005],
      ['0.7%', 0.007],
      ['100%', 1],
      [0, 0],
    ],
    [
      [10, '10%'],
      [0.1, '0.1% or 10%'],
      [1, '1%'],
      ['10', '10%'],
      ['5 %', '5%'],
    ],
  );
  test('out of range is said with the range', () => {
    expect(readPercent('120%')).toEqual({ problem: '120% is out of range: from 0% to 100%' });
    expect(readPercent('60%', { most: 0.49 })).toEqual({ problem: '60% is out of range: from 0% to 49%' });
  });
  test('is the number nearest to the decimal', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (thousandths) => {
        expect(readPercent(`${thousandths / 1000}%`)).toEqual({ value: thousandths / 100_000 });
      }),
    );
  });
});

describe('probabilities', () => {
  table(
    readShare,
    [
      ['95%', 0.95],
      [0.95, 0.95],
      [0, 0],
      ['100%', 1],
      [0.001, 0.001],
    ],
    [
      [1, '100% or 1%'],
      [95, '95%'],
      ['0.95', '0.95%'],
    ],
  );
});

describe('addresses to listen on', () => {
  table(
    readListenAddress,
    [
      ['127.0.0.1:7070', { host: '127.0.0.1', port: 7070 }],
      ['localhost:0', { host: 'localhost', port: 0 }],
      ['[::1]:7070', { host: '::1', port: 7070 }],
    ],
    [
      [7070, '127.0.0.1:7070'],
      ['http://127.0.0.1:7070/', '127.0.0.1:7070'],
      ['127.0.0.1:70700', undefined],
      ['nonsense', '127.0.0.1:7070'],
    ],
  );
});

describe('addresses of external services', () => {
  table(
    readHttpAddress,
    [
      ['http://10.0.0.5:8000', 'http://10.0.0.5:8000'],
      ['https://models.example.com/prefix/', 'https://models.example.com/prefix'],
    ],
    [
      ['10.0.0.5:8000', 'http://10.0.0.5:8000'],
      ['localhost:8000', 'http://localhost:8000'],
      ['ftp://example.com', undefined],
      ['http://me:secret@example.com', undefined],
      ['http://example.com/?a=b', undefined],
    ],
  );
});

describe('names', () => {
  table(
    readName,
    [
      ['spam-filter', 'spam-filter'],
      ['a', 'a'],
      ['a'.repeat(63), 'a'.repeat(63)],
    ],
    [
      ['Spam Filter', 'spam-filter'],
      ['spam_filter', 'spam-filter'],
      ['9lives', 'lives'],
      ['a'.repeat(64), 'a'.repeat(63)],
      ['', undefined],
      [5, undefined],
    ],
  );
});

describe('paths inside the folder', () => {
  table(
    readInnerPath,
    [
      ['model/', 'model'],
      ['./a/./b', 'a/b'],
      ['.', '.'],
    ],
    [
      ['../model', undefined],
      ['a/../../b', undefined],
      ['/etc/passwd', undefined],
      ['C:/models', undefined],
      ['a\\b', 'a/b'],
      ['', undefined],
    ],
  );
});

describe('globs', () => {
  table(
    readFileGlob,
    [
      ['lib/**', 'lib/**'],
      ['!**/*.test.ts', '!**/*.test.ts'],
      ['lib/', 'lib/**'],
    ],
    [
      ['!../x', undefined],
      ['/x', undefined],
    ],
  );
});

describe('request paths', () => {
  table(
    readRequestPath,
    [
      ['/v2/health/ready', '/v2/health/ready'],
      ['/x?y=1', '/x?y=1'],
    ],
    [
      ['health', '/health'],
      ['http://localhost:80/ready', '/ready'],
      ['/a b', undefined],
      ['/a#b', undefined],
    ],
  );
});

describe('JSON pointers', () => {
  table(
    readJsonPointer,
    [
      ['', ''],
      ['/outputs/0/data/0', '/outputs/0/data/0'],
      ['/a~1b', '/a~1b'],
    ],
    [
      ['outputs.0.data', '/outputs/0/data'],
      ['$.choices[0].message', '/choices/0/message'],
    ],
  );
});

describe('references to secrets', () => {
  table(
    readSecretReference,
    [
      ['env:SPAM_API_KEY', 'env:SPAM_API_KEY'],
      ['file:/run/secrets/x', 'file:/run/secrets/x'],
    ],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what people write at first
      ['${env:KEY}', 'env:KEY'],
      ['file:x', 'file:/path'],
    ],
  );
  test('a value given instead is never repeated', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (value) => {
        const reading = readSecretReference(`hunter2${value}`);
        expect(JSON.stringify(reading)).not.toContain('hunter2');
      }),
    );
  });
});
