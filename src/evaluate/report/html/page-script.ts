import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** The modules of the page; each may use the ones before it. */
const MODULES = [
  'figure',
  'word-diff',
  'filter-cases',
  'dom',
  'draw-chart',
  'draw-summary',
  'draw-metric-table',
  'draw-metrics',
  'draw-confusion',
  'draw-case',
  'draw-cases',
  'start-page',
] as const;

let made: string | null = null;

/**
 * The script of the page as one text: the files of `page/` behind each other in one scope, without their imports. In the published package
 * these are the compiled files, in a checkout the sources with their types taken off.
 */
export const pageScript = (): string => {
  if (made !== null) return made;
  const isSource = import.meta.url.endsWith('.ts');
  const texts = MODULES.map((name) => {
    const text = readFileSync(new URL(`../page/${name}.${isSource ? 'ts' : 'js'}`, import.meta.url), 'utf8');
    return inOneScope(isSource ? withoutTypes(text) : text);
  });
  made = `'use strict';\n(() => {\n${texts.join('\n')}\nstartPage();\n})();`;
  return made;
};

const inOneScope = (text: string): string =>
  text
    .replace(/^import\b[^;]*;$/gm, '')
    .replace(/^export \{\};$/gm, '')
    .replace(/^export /gm, '')
    .replace(/^ *(\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();

/** Node.js warns that this may change; that concerns whoever works on Tidegate, not who uses it. */
const withoutTypes = (text: string): string => {
  const warn = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = warn;
  }
};
