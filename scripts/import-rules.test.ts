import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const inRepository = (path: string) => join(repository, path);

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'tidegate-imports-'));
  symlinkSync(inRepository('node_modules'), join(project, 'node_modules'));
  symlinkSync(inRepository('package.json'), join(project, 'package.json'));
});
afterEach(() => rmSync(project, { recursive: true }));

/** Names of the rules that a project of these files breaks. */
const broken = (files: Record<string, string>): string[] => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--import',
      pathToFileURL(inRepository('scripts/typescript-for-tools.ts')).href,
      inRepository('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      inRepository('.dependency-cruiser.mjs'),
      '--output-type',
      'json',
      '.',
    ],
    { cwd: project, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
};

const thing = 'export const thing = 1;\nexport interface Shape { a: number }\n';

describe('the import rules', () => {
  it('let the allowed directions pass', () => {
    expect(
      broken({
        'src/core/a.ts': thing,
        'src/ports/b.ts': "export type { Shape } from '../core/a.ts';\n",
        'src/engine/c.ts': "import type { Shape } from '../ports/b.ts';\nexport const c: Shape = { a: 1 };\n",
        'src/core/a.test.ts': "import { c } from '../engine/c.ts';\nconsole.log(c);\n",
        'src/compose.ts':
          "import { c } from './engine/c.ts';\nimport { d } from './adapters/sqlite/d.ts';\nconsole.log(c, d);\n",
        'src/adapters/sqlite/d.ts':
          "import Database from 'better-sqlite3';\nimport { readFileSync } from 'node:fs';\nexport const d = [Database, readFileSync];\n",
      }),
    ).toEqual([]);
  });

  it('stop whatever points upwards or sideways, types and re-exports too', () => {
    expect(
      broken({
        'src/engine/up.ts': thing,
        'src/adapters/sqlite/own.ts': thing,
        'src/api/handlers.ts': thing,
        'src/core/a.ts': "import type { Shape } from '../engine/up.ts';\nexport const a: Shape = { a: 1 };\n",
        'src/ports/b.ts': "export { thing } from '../engine/up.ts';\n",
        'src/gateway/c.ts': "export * from '../engine/up.ts';\n",
        'src/evaluate/d.ts': "export const d = () => import('../engine/up.ts');\n",
        'src/core/rule.ts': thing,
        'src/client/rule.ts': "import { thing } from '../core/rule.ts';\nexport const e = thing;\n",
        'src/client/e.ts':
          "import type { Shape } from '../api/handlers.ts';\nexport const e: Shape = { a: 1 };\n",
        'src/cli/f.ts': "import { thing } from '../engine/up.ts';\nexport const f = thing;\n",
        'src/adapters/process/g.ts': "import { thing } from '../sqlite/own.ts';\nexport const g = thing;\n",
        'src/registry/h.ts': "let a: import('../engine/up.ts').Shape | undefined;\nexport const h = a;\n",
        'src/config/i.ts': "import { thing } from '../adapters/sqlite/own.ts';\nexport const i = thing;\n",
        'web/src/j.ts': "import { thing } from '../../src/engine/up.ts';\nexport const j = thing;\n",
      }),
    ).toEqual(
      expect.arrayContaining([
        'adapters-are-chosen-at-the-top',
        'adapters-are-strangers',
        'cli-imports-downwards',
        'client-decides-nothing',
        'client-imports-downwards',
        'config-imports-downwards',
        'core-imports-downwards',
        'evaluate-imports-downwards',
        'gateway-imports-downwards',
        'ports-imports-downwards',
        'registry-imports-downwards',
        'web-knows-only-the-client',
      ]),
    );
  });

  it('stop libraries and the system where they do not belong', () => {
    expect(
      broken({
        'src/core/a.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n",
        'src/engine/b.ts': "import { connect } from 'node:net';\nexport const b = connect;\n",
        'src/gateway/c.ts': "import { Hono } from 'hono';\nexport const c = Hono;\n",
        'src/api/d.ts': "import Database from 'better-sqlite3';\nexport const d = Database;\n",
        'src/cli/e.ts': "import { it } from 'vitest';\nexport const e = it;\n",
        'src/client/g.ts': "import { join } from 'node:path';\nexport const g = join;\n",
        'src/errors.ts': "import { z } from 'zod';\nexport const f = z;\n",
      }),
    ).toEqual([
      'client-runs-in-a-browser',
      'core-is-pure',
      'database-only-in-its-adapter',
      'engine-acts-through-ports',
      'errors-import-nothing',
      'gateway-without-database-or-framework',
      'no-development-dependency-in-product',
    ]);
  });

  it('stop cycles, and imports that lead nowhere', () => {
    expect(
      broken({
        'src/core/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
        'src/core/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
        'src/evaluate/c.ts': "import { nothing } from './nowhere.ts';\nexport const c = nothing;\n",
      }),
    ).toEqual(['no-cycle', 'no-unresolvable']);
  });
});
