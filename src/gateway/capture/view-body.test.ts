import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CapturedBody } from '../../core/capture/capture.ts';
import { placePattern } from '../../core/capture/place-pattern.ts';
import { openTextRedactor } from '../../core/capture/redact-text.ts';
import { nameRules } from '../../core/capture/sensitive-name.ts';
import { PERSONAL_DATA } from '../../core/scorers/safety/personal-data.ts';
import { GIVEAWAYS, PLANTED } from './testing/planted.ts';
import { type BodyRules, viewBody, type WireBody } from './view-body.ts';

const view = (
  text: string | Uint8Array,
  contentType = 'application/json',
  body: Partial<WireBody> = {},
  rules: Partial<BodyRules> = {},
): CapturedBody =>
  viewBody(
    {
      bytes: typeof text === 'string' ? Buffer.from(text) : text,
      contentType,
      encoding: '',
      isWhole: true,
      ...body,
    },
    { places: [], names: nameRules([], PERSONAL_DATA), needsJson: false, bytesAtMost: 65_536, ...rules },
    openTextRedactor(PERSONAL_DATA),
  );

const expectClean = (seen: unknown): void => {
  const text = JSON.stringify(seen);
  for (const piece of GIVEAWAYS) expect(text).not.toContain(piece);
};
const sse = (...events: unknown[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const chatChunk = (content: string) => ({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] });
const story = `Hello, ${PLANTED.email} paid with ${PLANTED.card} and said ${PLANTED.bearer}. Bye now.`;

describe('what is captured of a body', () => {
  it('is its JSON without what was planted in it', () => {
    const seen = view(
      JSON.stringify({
        note: story,
        nested: [{ password: PLANTED.password, api_key: PLANTED.ownKey }],
        digits: Number(PLANTED.bareCard),
        [PLANTED.email]: PLANTED.iban,
        arguments: JSON.stringify({ passwd: PLANTED.password, to: PLANTED.phone }),
        key: PLANTED.keyBlock,
        fine: 'the quick brown fox has 3 tokens',
      }),
    );
    expectClean(seen);
    expect(seen).toMatchObject({
      kind: 'json',
      value: {
        nested: [{ password: '[secret]', api_key: '[secret]' }],
        digits: '[card]',
        '[email]': '[iban]',
        arguments: '{"passwd":"[secret]","to":"[phone]"}',
        fine: 'the quick brown fox has 3 tokens',
      },
    });
  });

  it('finds what a stream brings in pieces, however it is cut', () => {
    for (let at = 1; at < story.length; at += 1) {
      const pieces = [story.slice(0, at), story.slice(at, at + 2), story.slice(at + 2)];
      const chat = view(sse(...pieces.map(chatChunk), '[DONE]'), 'text/event-stream');
      expectClean(chat);
      const other = view(sse(...pieces.map((text) => ({ type: 'x', delta: { text } }))), 'text/event-stream');
      expectClean(other);
      expect(other).toMatchObject({
        value: { '/delta/text': expect.stringMatching(/^Hello, .*Bye now\.$/) },
      });
      expectClean(view(sse(...pieces), 'text/event-stream'));
    }
    expect(
      view(sse(chatChunk('Hello '), chatChunk('you')), 'text/event-stream; charset=utf-8'),
    ).toMatchObject({
      kind: 'json',
      isStream: true,
      value: { choices: [{ message: { content: 'Hello you' } }] },
    });
  });

  it('ends before what may have been cut in the middle', () => {
    const whole = sse(...[...story].map(chatChunk));
    for (let at = 0; at < whole.length; at += 53)
      expectClean(view(whole.slice(0, at), 'text/event-stream', { isWhole: false }));
    const seen = view(whole.slice(0, -200), 'text/event-stream', { isWhole: false });
    expect(seen).toMatchObject({ isStream: true, isCut: true });
    expect(JSON.stringify(seen)).toContain('Hello, [email] paid with [card]');
  });

  it('takes places and names of the service out, and leaves out what has none', () => {
    const rules = {
      places: [placePattern('/messages/*/content')],
      names: nameRules(['Customer-Name'], []),
      needsJson: true,
    };
    const body = { messages: [{ role: 'user', content: [{ text: 'secret plans' }] }], customer_name: 'Jane' };
    expect(view(JSON.stringify(body), 'application/json', {}, rules)).toEqual({
      kind: 'json',
      value: { messages: [{ role: 'user', content: '[redacted]' }], customer_name: '[redacted]' },
    });
    expect(view('plain words', 'text/plain', {}, rules)).toMatchObject({ kind: 'left-out', why: 'not-json' });
    expect(view('{"messages": [', 'application/json', {}, rules)).toMatchObject({ why: 'not-json' });
  });

  it('is left out where it cannot be looked through', () => {
    expect(view('')).toEqual({ kind: 'none' });
    expect(view(Buffer.from([0xff, 0xfe, 1]))).toMatchObject({ why: 'not-text', bytes: 3 });
    expect(view('a\0b', 'text/plain')).toMatchObject({ why: 'not-text' });
    expect(view(`"${'x'.repeat(70_000)}"`)).toMatchObject({ why: 'too-large' });
    expect(view('{"a": 1', 'application/json', { isWhole: false })).toMatchObject({ why: 'unreadable' });
    expect(view('xx', 'text/plain', { encoding: 'rot13' })).toMatchObject({ why: 'unreadable' });
    expect(view('not gzip', 'text/plain', { encoding: 'gzip' })).toMatchObject({ why: 'unreadable' });
    expect(view(`${'['.repeat(300)}${']'.repeat(300)}`)).toMatchObject({ why: 'unreadable' });
    expect(view('--x\r\n\r\nbytes', 'multipart/form-data; boundary=x')).toMatchObject({ why: 'not-text' });
  });

  it('is decoded first, also a form', () => {
    expect(view(gzipSync(story), 'text/plain', { encoding: 'gzip' })).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('Hello, [email] paid'),
    });
    const form = new URLSearchParams({ mail: PLANTED.email, password: PLANTED.password, text: 'hi' });
    const seen = view(form.toString(), 'application/x-www-form-urlencoded');
    expect(seen).toEqual({ kind: 'json', value: { mail: '[email]', password: '[secret]', text: 'hi' } });
    expect(view('a=1&b=2&a=3', 'application/x-www-form-urlencoded')).toEqual({
      kind: 'json',
      value: { a: ['1', '3'], b: '2' },
    });
  });

  it('is soon taken from a form of very many names', () => {
    const names = Array.from({ length: 9_000 }, (_, n) => `${n.toString(36)}=`);
    const bytes = Buffer.from(names.join('&'));
    const contentType = 'application/x-www-form-urlencoded';
    // Looking for something in each name takes its time, which is not what is measured.
    const redactor = { ...openTextRedactor([]), redact: (text: string) => text };
    const before = process.cpuUsage();
    viewBody(
      { bytes, contentType, encoding: '', isWhole: true },
      { places: [], names: nameRules([], []), needsJson: false, bytesAtMost: 262_144 },
      redactor,
    );
    // Milliseconds; many seconds if the form were parsed again for each name.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});
