import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(file, 'utf8');
/** As the usual renderers make it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
const anchorsOf = (file: string): string[] =>
  [
    ...read(file)
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading]) => anchorOf(heading!));

it('every link in a document leads somewhere', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .filter((file) => existsSync(file));
  expect(files.length).toBeGreaterThan(20);
  const dead: string[] = [];
  for (const file of files)
    for (const [, link] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(link!)) continue;
      const [to, anchor] = link!.split('#') as [string, string | undefined];
      const target = to === '' ? file : path.join(path.dirname(file), to);
      const isThere =
        existsSync(target) &&
        (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor));
      if (!isThere) dead.push(`${file}: ${link}`);
    }
  expect(dead).toEqual([]);
});
