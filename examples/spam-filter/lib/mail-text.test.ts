import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mailFeatures } from './mail-features.ts';
import { mailText } from './mail-text.ts';

test('reads the subject, folded or not, and the body; no other header', () => {
  expect(mailText('Received: from relay\nSubject: Hello\n there\n\nBody.\n')).toEqual({
    subject: 'Hello there',
    body: 'Body.\n',
  });
});

test('decodes quoted-printable and base64', () => {
  const part = (encoding: string, body: string) =>
    mailText(`Content-Type: text/plain\nContent-Transfer-Encoding: ${encoding}\n\n${body}`).body;
  expect(part('quoted-printable', 'caf=E9 and soft=\n break')).toBe('café and soft break');
  expect(part('BASE64', Buffer.from('hidden offer').toString('base64'))).toBe('hidden offer');
});

test('reads the words of HTML, its tags and where it links to', () => {
  const { body } = mailText(
    'Content-Type: text/html\n\n<!-- x --><a href="http://shop.example/a?b">Buy&nbsp;now</a>',
  );
  expect(body.split(/\s+/).filter((word) => word !== '')).toEqual([
    'htmla',
    'http://shop.example',
    'Buy',
    'now',
  ]);
});

test('walks through nested parts and leaves pictures out', () => {
  const { subject, body } = mailText(
    [
      'Subject: parts',
      'Content-Type: multipart/mixed; boundary="outer"',
      '',
      'preamble',
      '--outer',
      'Content-Type: multipart/alternative; boundary=inner',
      '',
      '--inner',
      'Content-Type: text/plain',
      '',
      'plain words',
      '--inner',
      'Content-Type: text/html',
      '',
      '<b>bold</b> words',
      '--inner--',
      '--outer',
      'Content-Type: image/png',
      '',
      'PIXELS',
      '--outer--',
    ].join('\n'),
  );
  expect(subject).toBe('parts');
  expect(body).toContain('plain words');
  expect(body).toContain('bold');
  expect(body).not.toMatch(/PIXELS|preamble/);
});

test('whatever the mail, it is read without an error into distinct ascending buckets of length 1', () => {
  const piece = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=a\n',
    'Content-Transfer-Encoding: base64\n',
    'Content-Type: text/html\n',
    '\n\n',
    '--a\n',
    '--a--',
    '<b',
    '>',
    '=E',
    'words ',
  );
  const mail = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' }))).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(mail, (raw) => {
      const { indices, values } = mailFeatures(mailText(raw), 1_024);
      expect([...indices].every((bucket, at) => bucket < 1_024 && bucket > (indices[at - 1] ?? -1))).toBe(
        true,
      );
      const length = Math.hypot(...values);
      expect(indices.length === 0 ? 1 : length).toBeCloseTo(1, 5);
    }),
    { numRuns: 300 },
  );
});

test('hostile mail costs linear time', () => {
  const costMs = (mail: string) => {
    const startedMs = performance.now();
    mailFeatures(mailText(mail), 65_536);
    return performance.now() - startedMs;
  };
  expect(costMs(`Content-Type: text/html\n\n${'<a'.repeat(500_000)}`)).toBeLessThan(2_000);
  expect(costMs(`Subject: ${'\n x'.repeat(300_000)}\n\nx`)).toBeLessThan(2_000);
  const nested = Array.from(
    { length: 2_000 },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`,
  );
  expect(costMs(nested.join(''))).toBeLessThan(2_000);
});

test('words of the subject and of the body have different buckets; case and digits do not matter', () => {
  const row = (subject: string, body: string) => [...mailFeatures({ subject, body }, 65_536).indices];
  expect(row('offer', '')).not.toEqual(row('', 'offer'));
  expect(row('', 'Order 1234 OFFER')).toEqual(row('', 'order 9876 offer'));
});
