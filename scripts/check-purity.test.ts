import { describe, expect, it } from 'vitest';
import { impuritiesOf } from './check-purity.ts';

const found = (text: string, isPure = true) =>
  impuritiesOf('x.ts', text, isPure).map(({ line, what }) => `${line} ${what}`);

describe('purity of the core', () => {
  it.each([
    ['const a = Date.now();', '1 Date.now'],
    ['const a = new Date();', '1 new Date() without an argument'],
    ['const a =\n Math.random();', '2 Math.random'],
    ['const a = process.env.X;', '1 process'],
    ['setTimeout(() => {}, 1);', '1 setTimeout'],
    ['await fetch(url);', '1 fetch'],
    ['const a = { performance };', '1 performance'],
    ['const a = import.meta.url;', '1 import.meta'],
    ['const f = (process: number) => process; const b = process.pid;', '1 process'],
  ])('finds %j', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it('lets hashing pass and nothing else of node:crypto', () => {
    expect(found("import { createHash } from 'node:crypto';")).toEqual([]);
    expect(found("import { randomUUID } from 'node:crypto';")).toHaveLength(1);
    expect(found("import crypto from 'node:crypto';")).toHaveLength(1);
    expect(found("import * as c from 'node:crypto';")).toHaveLength(1);
  });

  it.each([
    'const at = new Date(atMs).toISOString();',
    '// process.exit() ends it\nconst text = "Date.now()";',
    'const f = (process: number) => process + 1;',
    'interface Work { process: number; fetch(): void }',
    'const a = work.process; const b = { process: 1 };',
    'const f = () => { const require = (is: boolean) => is; return () => require(true); };',
  ])('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds an import within a type, also outside of the core', () => {
    expect(found("let a: import('./b.ts').B;", false)).toHaveLength(1);
    expect(found('const a = Date.now();', false)).toEqual([]);
  });
});
