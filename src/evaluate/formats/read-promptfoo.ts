import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import type { LeftOut } from '../../core/formats/left-out.ts';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import { isPlainObject } from '../../core/formats/plain-object.ts';
import type { ConvertedConfig, PromptfooConfig } from '../../core/formats/promptfoo/convert-config.ts';
import { convertConfig } from '../../core/formats/promptfoo/convert-config.ts';
import { csvTest } from '../../core/formats/promptfoo/csv-test.ts';
import { goldenRows } from '../golden/golden-rows.ts';
import { readTextFile, readYaml } from './read-yaml.ts';
import { unusableImport } from './unusable-import.ts';

/**
 * Reads a promptfoo configuration with the files that it names (prompts as text or JSON, tests and variables as YAML, JSON, JSON lines or
 * CSV) and converts it. Programs among them are not run; they are named in `leftOut`. @throws `import-unusable`
 */
export const readPromptfoo = async (file: string): Promise<ConvertedConfig> => {
  const written = readYaml(file);
  if (!isPlainObject(written)) throw unusableImport(file, 'is no map of keys');
  const directory = dirname(resolve(file));
  const leftOut: LeftOut[] = [];
  const leave = (what: string, why: string): void => void leftOut.push({ what, why, where: null });
  const prompts = promptsOf(written.prompts, directory, leave);
  const tests = await testsOf(written.tests, directory, leave);
  const defaultTest = isFile(written.defaultTest)
    ? readYaml(pathOf(written.defaultTest, directory))
    : written.defaultTest;
  const config: PromptfooConfig = {
    prompts,
    providers: listOf(written.providers ?? written.targets, directory),
    tests: tests.map((test) => withFiles(test, directory, leave)).filter(hasItsVariables(leave)),
    defaultTest: isPlainObject(defaultTest) ? withFiles(defaultTest, directory, leave) : {},
    written,
  };
  if (prompts.length === 0) throw unusableImport(file, 'has no prompt that can be read here');
  if (tests.length === 0) throw unusableImport(file, 'has no test that can be read here');
  const converted = convertConfig(config);
  return { ...converted, leftOut: [...leftOut, ...converted.leftOut] };
};

type Leave = (what: string, why: string) => void;

const isFile = (value: unknown): value is string => typeof value === 'string' && value.startsWith('file://');
const pathOf = (named: string, directory: string): string =>
  resolve(directory, named.replace(/^file:\/\//, ''));

const listOf = (value: unknown, directory: string): readonly unknown[] => {
  const found = isFile(value) && /\.(ya?ml|json)$/.test(value) ? readYaml(pathOf(value, directory)) : value;
  return found === undefined ? [] : Array.isArray(found) ? found : [found];
};

const PROMPT_FILE = /\.(txt|md|j2|json)$/;

const promptsOf = (value: unknown, directory: string, leave: Leave): PromptfooConfig['prompts'] =>
  listOf(value, directory).flatMap((prompt) => {
    const [raw, label] = isPlainObject(prompt)
      ? [prompt.raw ?? prompt.id, prompt.label]
      : [prompt, undefined];
    if (typeof raw !== 'string') {
      leave('a prompt', 'it is no text');
      return [];
    }
    const labelled = (text: string): PromptfooConfig['prompts'][number] => ({
      label: typeof label === 'string' ? label : text.slice(0, 80),
      raw: text,
    });
    const path = pathOf(raw, directory);
    const isPath =
      raw.startsWith('file://') || (!raw.includes('\n') && PROMPT_FILE.test(raw) && existsSync(path));
    if (!isPath) return [labelled(raw)];
    if (!PROMPT_FILE.test(path) || path.includes('*')) {
      leave(`prompt ${raw}`, 'only files of text and JSON are read; a program is not run');
      return [];
    }
    const text = readTextFile(path);
    const parts = extname(path) === '.txt' ? text.split(/^---$/m).map((part) => part.trim()) : [text];
    return parts
      .filter((part) => part !== '')
      .map((part) => (label === undefined ? { label: basename(path), raw: part } : labelled(part)));
  });

const testsOf = async (value: unknown, directory: string, leave: Leave): Promise<PlainObject[]> => {
  if (value === undefined || value === null) return [];
  const tests: PlainObject[] = [];
  for (const entry of Array.isArray(value) ? value : [value]) {
    if (isPlainObject(entry) && entry.path === undefined) tests.push(entry);
    else if (typeof entry === 'string') tests.push(...(await testsOfFile(entry, directory, leave)));
    else leave('a test', 'it is neither a map nor a file of tests');
  }
  return tests;
};

const testsOfFile = async (named: string, directory: string, leave: Leave): Promise<PlainObject[]> => {
  const path = pathOf(named, directory);
  switch (extname(path)) {
    case '.yaml':
    case '.yml':
    case '.json': {
      if (!path.includes('*')) {
        const found = readYaml(path);
        return (Array.isArray(found) ? found : [found]).filter(isPlainObject);
      }
      break;
    }
    case '.csv':
    case '.jsonl': {
      if (path.includes('*')) break;
      const tests: PlainObject[] = [];
      for await (const row of goldenRows(path)) {
        if (row.kind === 'problem') throw unusableImport(path, row.message, row);
        tests.push(extname(path) === '.csv' ? csvTest(row.fields) : row.fields);
      }
      return tests;
    }
  }
  leave(`tests ${named}`, 'only single files of YAML, JSON, JSON lines and CSV are read');
  return [];
};

/** A test with what its `file://` values hold: variables, and what assertions compare with. */
const withFiles = (test: PlainObject, directory: string, leave: Leave): PlainObject => {
  const held = (value: unknown, what: string): unknown => {
    if (!isFile(value)) return value;
    const path = pathOf(value, directory);
    if (/\.(txt|md)$/.test(path) && isThere(path)) return readTextFile(path);
    if (/\.(ya?ml|json)$/.test(path) && isThere(path)) return readYaml(path);
    leave(`${what} ${value}`, 'only files of text, JSON and YAML are read; a program is not run');
    return value;
  };
  const vars = held(test.vars, 'variables');
  return {
    ...test,
    ...(isPlainObject(vars)
      ? {
          vars: Object.fromEntries(
            Object.entries(vars).map(([name, value]) => [name, held(value, `variable ${name}`)]),
          ),
        }
      : {}),
    ...(Array.isArray(test.assert)
      ? { assert: test.assert.flatMap((one) => assertionWithFiles(one, held)) }
      : {}),
  };
};

/** An assertion whose value is a program is left out by its value: compared as a text it would mean something else. */
const assertionWithFiles = (one: unknown, held: (value: unknown, what: string) => unknown): unknown[] => {
  if (!isPlainObject(one)) return [one];
  if (Array.isArray(one.assert))
    return [{ ...one, assert: one.assert.flatMap((inner) => assertionWithFiles(inner, held)) }];
  if (!isFile(one.value) || /^(javascript|python|ruby)$/.test(String(one.type))) return [one];
  const value = held(one.value, `value of the assertion ${String(one.type)}`);
  return isFile(value) ? [] : [{ ...one, value }];
};

/** A test whose variable is a program would ask something else than it should. */
const hasItsVariables =
  (leave: Leave) =>
  ({ vars }: PlainObject): boolean => {
    const isWhole = !isFile(vars) && !(isPlainObject(vars) && Object.values(vars).some(isFile));
    if (!isWhole) leave('a test', 'a variable of it cannot be read');
    return isWhole;
  };

const isThere = (path: string): boolean => existsSync(path) && statSync(path).isFile();
