import type { z } from 'zod';
import { CONFIG_FILES, jsonSchemaOf } from './json-schemas.ts';
import type { Problem } from './problem.ts';
import type { DataPath, Finding } from './read/finding.ts';
import { findingsOf } from './read/findings-of.ts';
import { readYamlText } from './read/yaml-text.ts';

type Kind = keyof typeof CONFIG_FILES;
type Parsed<K extends Kind> = z.output<(typeof CONFIG_FILES)[K]['schema']>;

export interface CheckedText<K extends Kind> {
  /** Errors and warnings in the order of the file. */
  readonly problems: readonly Problem[];
  /** Null when there is an error. */
  readonly parsed: Parsed<K> | null;
  /** Gives a later finding its place in the file. */
  readonly place: (finding: Finding) => Problem;
}

export interface TextCheck {
  readonly text: string;
  /** As it shall be named in problems. */
  readonly file: string;
  /** Whatever the schema cannot say. */
  readonly more?: (data: unknown, typed: (path: DataPath) => string | undefined) => readonly Finding[];
}

const MOST_BYTES = 1024 * 1024;
const MOST_PROBLEMS = 100;

/** Reads and checks one file's text against its schema; everything that is wrong at once. Never throws. */
export const checkText = <K extends Kind>(kind: K, { text, file, more }: TextCheck): CheckedText<K> => {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    const problem: Problem = {
      severity: 'error',
      file,
      line: 1,
      column: 1,
      path: '',
      message: 'it is larger than 1 MiB, which no configuration needs to be',
    };
    return {
      problems: [problem],
      parsed: null,
      place: (finding) => ({ ...problem, message: finding.message }),
    };
  }
  const yaml = readYamlText(text, file);
  const { data, place } = yaml;
  if (data === undefined) return { problems: inOrder(yaml.problems), parsed: null, place };
  const given = yaml.isEmpty ? {} : data;
  const result = CONFIG_FILES[kind].schema.safeParse(given);
  const schemaFindings = result.success
    ? []
    : findingsOf(result.error.issues, given, jsonSchemaOf(kind), MOST_PROBLEMS);
  const findings = [...schemaFindings, ...(more?.(given, yaml.typed) ?? [])].slice(0, MOST_PROBLEMS);
  const problems = inOrder([...yaml.problems, ...findings.map(place)]);
  const isValid = result.success && problems.every(({ severity }) => severity === 'warning');
  return { problems, parsed: isValid ? (result.data as Parsed<K>) : null, place };
};

/** By place, each once. */
const inOrder = (problems: readonly Problem[]): Problem[] => {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  return sorted
    .filter(({ line, column, message }) => {
      const key = `${line}:${column}:${message}`;
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, MOST_PROBLEMS);
};
