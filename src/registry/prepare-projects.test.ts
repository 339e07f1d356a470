import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkshop, serviceConfig, type Workshop } from './service.fixture.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

describe('real projects', () => {
  test('a Node project is installed by npm and runs from where it was prepared', async () => {
    await shop.write({
      'package.json': JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { dep: 'file:./dep' } }),
      'dep/package.json': JSON.stringify({
        name: 'dep',
        version: '2.0.0',
        main: 'index.js',
        bin: { dep: 'index.js' },
      }),
      'dep/index.js':
        '#!/usr/bin/env node\nmodule.exports = "from dep"; if (require.main === module) console.log("bin");',
      'server.js': 'console.log(require("dep"))',
    });
    const manifest = await shop.seal(
      serviceConfig({
        install: 'npm install --offline --install-links --no-audit --no-fund',
        run: { command: 'node server.js' },
      }),
    );
    const { directory } = await shop.prepare(manifest);
    await rm(shop.project, { recursive: true });
    expect(execFileSync('node', ['server.js'], { cwd: directory, encoding: 'utf8' })).toBe('from dep\n');
    expect(execFileSync(join(directory, 'node_modules/.bin/dep'), { encoding: 'utf8' })).toBe('bin\n');
  });

  test('a Python project with a virtual environment runs, its scripts too', async () => {
    await shop.write({ 'app.py': 'import sys; print(sys.prefix != sys.base_prefix)' });
    const install = `python3 -m venv --without-pip .venv && printf '#!%s\\nprint("script")\\n' "$PWD/.venv/bin/python" > .venv/bin/script && chmod +x .venv/bin/script`;
    const manifest = await shop.seal(serviceConfig({ install, run: { command: '.venv/bin/python app.py' } }));
    const { directory } = await shop.prepare(manifest);
    expect(execFileSync('.venv/bin/python', ['app.py'], { cwd: directory, encoding: 'utf8' })).toBe('True\n');
    expect(execFileSync('.venv/bin/script', { cwd: directory, encoding: 'utf8' })).toBe('script\n');
  });
});
