import { createHash } from 'node:crypto';
import type { PageData } from '../page/page-data.ts';
import { visibleText } from '../visible-text.ts';
import { pageBase } from './page-base.ts';
import { pageLayout } from './page-layout.ts';
import { pageScript } from './page-script.ts';

/**
 * A page in one file that asks nobody for anything: its policy lets run only the script whose hash it names, and load nothing. What
 * answers hold is JSON in a block that no browser executes, and is drawn as text.
 */
export const htmlPage = (data: PageData): string => {
  const script = pageScript();
  const style = pageBase + pageLayout;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${htmlText(`${data.badge.words}: ${data.title}`)}</title>
<style>${style}</style>
</head>
<body>
<main id="page"><noscript><p>${htmlText(`${data.badge.words}: ${data.title}. ${data.subtitle}`)} This page is drawn by a script; \`tidegate eval report RUN\` prints the same as text.</p></noscript></main>
<footer>Written by Tidegate. This file needs no network and loads nothing.</footer>
<script type="application/json" id="data">${jsonForHtml(data)}</script>
<script>${script}</script>
</body>
</html>
`;
};

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

export const htmlText = (text: string): string =>
  visibleText(text).replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

/** JSON that cannot end its own block, or open a comment in it. Lone surrogates are numbers in JSON, so the file is valid UTF-8. */
export const jsonForHtml = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
