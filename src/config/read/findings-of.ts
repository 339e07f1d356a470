import type { z } from 'zod';
import { closest } from '../closest.ts';
import { show } from '../scalars/show.ts';
import type { IssueNotes } from '../schema/scalar.ts';
import { type Finding, pathText } from './finding.ts';
import { homesOfKeys, keysAt } from './known-keys.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema found, in words, with paths from the root of the document; at most so many. */
export const findingsOf = (
  issues: readonly Issue[],
  data: unknown,
  jsonSchema: JsonSchema,
  most: number,
): Finding[] => {
  const findings: Finding[] = [];
  for (const issue of issues) {
    if (findings.length >= most) break;
    const bounded =
      issue.code === 'unrecognized_keys' ? { ...issue, keys: issue.keys.slice(0, most) } : issue;
    findings.push(...explain(bounded, [], data, jsonSchema));
  }
  return withoutEchoes(findings).slice(0, most);
};

/** A misspelt key is one mistake, although its map then lacks the right one as well. */
const withoutEchoes = (findings: readonly Finding[]): Finding[] => {
  const misspelt = findings.filter(
    ({ message, suggestion }) => message.startsWith(UNKNOWN) && suggestion !== undefined,
  );
  const maps = new Set(misspelt.map(({ path }) => pathText(path.slice(0, -1))));
  const meant = new Set(
    misspelt.map(({ path, suggestion }) => pathText([...path.slice(0, -1), suggestion!])),
  );
  return findings.filter(({ path, part, message }) => {
    if (message.endsWith(MISSING)) return !meant.has(pathText(path));
    return part === 'key' || !maps.has(pathText(path));
  });
};

const UNKNOWN = 'unknown key';
const MISSING = 'is missing';

const explain = (issue: Issue, base: Path, data: unknown, jsonSchema: JsonSchema): Finding[] => {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const error = (message: string, suggestion?: string, part: Finding['part'] = 'value'): Finding[] => [
    { severity: 'error', path, part, message, ...(suggestion === undefined ? {} : { suggestion }) },
  ];
  const value = valueAt(data, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], jsonSchema));
    case 'invalid_union':
      return explainUnion(issue, path, data, jsonSchema);
    case 'invalid_key':
      return error(
        `${show(String(path.at(-1)))} ${issue.issues[0]?.message ?? 'cannot be a key'}`,
        undefined,
        'key',
      );
    case 'invalid_type':
      if (value === undefined) return missing(path);
      return error(`expected ${kindName(issue.expected)}, got ${show(value)}`);
    case 'custom': {
      if (value === undefined && issue.message === MISSING) return missing(path);
      return error(issue.message, (issue.params as IssueNotes | undefined)?.suggestion);
    }
    default:
      return error(issue.message);
  }
};

const missing = (path: Path): Finding[] => [
  { severity: 'error', path, part: 'key', message: `${show(String(path.at(-1)))} ${MISSING}` },
];

const unknownKey = (path: Path, schema: JsonSchema): Finding => {
  const key = String(path.at(-1));
  const suggestion = closest(key, keysAt(schema, path.slice(0, -1))) ?? elsewhere(key, schema);
  return {
    severity: 'error',
    path,
    part: 'key',
    message: `${UNKNOWN} ${show(key)}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
};

/** For a key that was put into the wrong map. Says nothing when there are several equally near homes. */
const elsewhere = (key: string, schema: JsonSchema): string | undefined => {
  const homes = homesOfKeys(schema);
  const meant = homes.has(key) ? key : closest(key, [...homes.keys()]);
  const [home, next] = meant === undefined ? [] : (homes.get(meant) ?? []);
  if (home === undefined || (next !== undefined && next.split('.').length === home.split('.').length))
    return undefined;
  return home === '' ? `${meant} at the top` : `${meant} under ${home}`;
};

/** Of a union only the branch the author meant is worth explaining: the one for this kind of value. */
const explainUnion = (
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  data: unknown,
  jsonSchema: JsonSchema,
): Finding[] => {
  const meant = issue.errors.filter((branch) => !branch.some(isAboutOtherKind));
  const [branch] = meant;
  if (branch !== undefined) return branch.flatMap((inner) => explain(inner, path, data, jsonSchema));
  const kinds = [...new Set(issue.errors.map((errors) => errors[0]).map(kindOf))];
  return [
    {
      severity: 'error',
      path,
      part: 'value',
      message: `expected ${kinds.join(' or ')}, got ${show(valueAt(data, path))}`,
    },
  ];
};

const isAboutOtherKind = (issue: Issue): boolean =>
  issue.path.length === 0 &&
  (issue.code === 'invalid_type' ||
    (issue.code === 'custom' && (issue.params as IssueNotes | undefined)?.otherKind === true) ||
    (issue.code === 'invalid_union' && issue.errors.every((branch) => branch.some(isAboutOtherKind))));

const kindOf = (issue: Issue | undefined): string =>
  issue?.code === 'invalid_type' ? kindName(issue.expected) : 'a text';

const KIND_NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

const kindName = (kind: string): string => KIND_NAMES[kind] ?? kind;

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    data,
  );
