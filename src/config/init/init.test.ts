import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkService, readService } from '../check-service.ts';
import { renderProblems } from '../render-problems.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { detectProject } from './detect-project.ts';
import { writeServiceFile } from './write-service-file.ts';

const projects: Record<
  string,
  {
    files: Record<string, string>;
    kind: string;
    command: string | null;
    install: string | null;
    more?: object;
  }
> = {
  'a plain Python server': {
    files: { 'server.py': 'from http.server import HTTPServer\nif self.path == "/healthz": pass\n' },
    kind: 'python',
    command: 'python3 server.py',
    install: null,
    more: { routes: { protocol: 'http', ready: '/healthz', predict: null } },
  },
  'a Python script of any name': {
    files: { 'zebra.py': 'import http.server\n' },
    kind: 'python',
    command: 'python3 zebra.py',
    install: null,
  },
  FastAPI: {
    files: {
      'requirements.txt': 'fastapi\nuvicorn\n',
      'app/main.py':
        'from fastapi import FastAPI\napi: FastAPI = FastAPI(title="x")\n@api.get("/v2/health/ready")\n@api.post("/v2/models/x/infer")\n',
      Dockerfile: 'FROM python\n',
    },
    kind: 'python',
    command: 'python3 -m uvicorn app.main:api --host $HOST --port $PORT',
    install: 'python3 -m pip install --target .packages -r requirements.txt',
    more: {
      hasDockerfile: true,
      routes: { protocol: 'open-inference', ready: '/v2/health/ready', predict: null },
    },
  },
  Flask: {
    files: {
      'pyproject.toml': '[project]\nname = "Spam_Filter"\n',
      'app.py': 'from flask import Flask\napp = Flask(__name__)\n@app.post("/predict")\n',
    },
    kind: 'python',
    command: 'python3 -m flask --app app:app run --host $HOST --port $PORT',
    install: 'python3 -m pip install --target .packages .',
    more: { service: 'spam-filter', routes: { protocol: 'http', ready: null, predict: '/predict' } },
  },
  'Node.js with a start script': {
    files: {
      'package.json':
        '{"name": "@me/Classifier", "scripts": {"start": "node --enable-source-maps src/server.js"}, "dependencies": {"x": "1"}}',
      'package-lock.json': '{}',
      'src/server.js': 'app.get("/readyz")',
    },
    kind: 'node',
    command: 'node --enable-source-maps src/server.js',
    install: 'npm ci --omit=dev',
    more: { service: 'classifier', routes: { protocol: 'http', ready: '/readyz', predict: null } },
  },
  'Node.js that is built and started by a tool': {
    files: {
      'package.json': '{"scripts": {"start": "next start", "build": "next build"}}',
      'pnpm-lock.yaml': '',
    },
    kind: 'node',
    command: 'npm start --silent',
    install: 'pnpm install --frozen-lockfile && pnpm run build',
  },
  'Node.js in TypeScript': {
    files: { 'package.json': '{"type": "module"}', 'server.ts': 'fetch("/v1/chat/completions")' },
    kind: 'node',
    command: 'node server.ts',
    install: null,
    more: { routes: { protocol: 'openai', ready: null, predict: null } },
  },
  'a broken package.json': {
    files: { 'package.json': '{' },
    kind: 'node',
    command: 'node server.js',
    install: null,
  },
  'Python with the tools of Node.js': {
    files: { 'package.json': '{"devDependencies": {"prettier": "1"}}', 'main.py': 'import http.server' },
    kind: 'python',
    command: 'python3 main.py',
    install: null,
  },
  'a Dockerfile alone': {
    files: { Dockerfile: 'FROM scratch\n' },
    kind: 'docker',
    command: null,
    install: null,
  },
  'nothing known': { files: { 'README.md': 'x' }, kind: 'unknown', command: null, install: null },
  'all parts': {
    files: {
      'main.py': 'import http.server',
      'models/a.onnx': 'x',
      'prompts/a.md': 'x',
      'golden.jsonl': '{}',
    },
    kind: 'python',
    command: 'python3 main.py',
    install: null,
    more: { parts: { model: 'models', prompt: 'prompts' }, golden: 'golden.jsonl' },
  },
};

describe.each(Object.entries(projects))('%s', (_, { files, kind, command, install, more }) => {
  test('is recognised', () => {
    using folder = scratchFolder(files);
    const found = detectProject(folder.path);
    expect(found).toMatchObject({ kind, ...more });
    expect(found.program?.command ?? null).toBe(command);
    expect(found.program?.install ?? null).toBe(install);
  });

  test('gets a file that is valid as it stands, says what it says, and has comments', () => {
    using folder = scratchFolder(files);
    const written = writeServiceFile(folder.path);
    if (written.outcome !== 'written') throw new Error('nothing was written');
    expect(readFileSync(written.path, 'utf8')).toBe(written.text);
    const { config, problems } = readService(written.text, written.path);
    expect(renderProblems(problems)).toBe('');
    expect(config?.service).toBe(written.project.service);
    if (kind === 'docker') expect(config?.serving.kind).toBe('external');
    if (command !== null) expect(config?.serving).toMatchObject({ kind: 'process', command });
    expect(config?.components.code?.install ?? null).toBe(install);
    expect(config?.components.model?.path ?? null).toBe(written.project.parts.model);
    expect(config?.evaluation === null).toBe(written.project.golden === null);
    expect(written.text.split('\n').filter((line) => /^\s*#/.test(line)).length).toBeGreaterThan(10);
  });

  test('its commented examples are valid too', () => {
    using folder = scratchFolder({ ...files, 'golden.jsonl': '{}' });
    // Without the golden set first, so that its block is a commented one.
    using bare = scratchFolder(files);
    const written = writeServiceFile(bare.path);
    if (written.outcome !== 'written') throw new Error('nothing was written');
    const path = join(folder.path, 'tidegate.yaml');
    const live = uncommented(written.text);
    writeFileSync(path, live);
    expect(live).toContain('\ntraffic:');
    expect(live).toContain('\nevaluate:');
    expect(renderProblems(checkService(live, path))).toBe('');
  });
});

/** The blocks at the end of a template with their leading comment signs taken off; sentences keep theirs. */
const uncommented = (text: string): string =>
  text.replace(/^# (evaluate|traffic|environments):\n(?:# {3}.*\n)+/gm, (block) =>
    block.replace(/^# /gm, ''),
  );

test('a file that is there is never touched', () => {
  using folder = scratchFolder({ 'tidegate.yaml': 'mine' });
  const path = join(folder.path, 'tidegate.yaml');
  expect(writeServiceFile(folder.path)).toEqual({ outcome: 'exists', path });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

describe('the line for editors', () => {
  const first = (directory: string): string | undefined => {
    const written = writeServiceFile(directory);
    return written.outcome === 'written' ? written.text.split('\n')[0] : undefined;
  };
  const schema = 'node_modules/tidegate/schema/tidegate.schema.json';

  test('names the schema of the installed package, also from a folder below', () => {
    using folder = scratchFolder({ [schema]: '{}', 'services/a/main.py': '' });
    expect(first(folder.path)).toBe(`# yaml-language-server: $schema=./${schema}`);
    expect(first(join(folder.path, 'services/a'))).toBe(`# yaml-language-server: $schema=../../${schema}`);
  });

  test('is left out where none is installed', () => {
    using folder = scratchFolder();
    expect(first(folder.path)).not.toContain('yaml-language-server');
  });
});
