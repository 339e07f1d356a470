import { type Document, parseDocument, type YAMLError } from 'yaml';
import type { Problem } from '../problem.ts';
import { cover } from './cover-secrets.ts';
import { keyFaults, shapeFault } from './document-faults.ts';
import { type Finding, pathText } from './finding.ts';
import { lineStarts, placeOf } from './line-starts.ts';
import { locate } from './locate.ts';

/** A YAML document together with the way back from its data to lines and columns. */
export interface YamlText {
  /** Undefined when the text could not be read; `problems` says why. */
  readonly data: unknown;
  /** No key or value stands in it, only comments at most. */
  readonly isEmpty: boolean;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly Problem[];
  readonly place: (finding: Finding) => Problem;
  /** The value as it was typed, for scalars. */
  readonly typed: (path: Finding['path']) => string | undefined;
}

/** How often an anchor may count, multiplied through nesting. */
const MOST_EXPANSIONS = 100;
/** The first ones tell; after them the parser has lost its way. */
const MOST_FAULTS = 5;
const LONGEST_EXCERPT = 200;

/** Reads one YAML 1.2 document (core schema). Never throws. */
export const readYamlText = (given: string, file: string): YamlText => {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  const starts = lineStarts(text);
  let document: Document | null = null;
  let covered = text;

  const at = (offset: number, about: Omit<Problem, 'file' | 'line' | 'column' | 'excerpt'>): Problem => {
    const { line, column } = placeOf(starts, Math.max(0, Math.min(offset, text.length)));
    const excerpt = covered.slice(starts[line - 1], starts[line] ?? covered.length).replace(/\r?\n$/, '');
    const shown = excerpt.trim() !== '' && excerpt.length <= LONGEST_EXCERPT;
    return {
      ...about,
      file,
      line,
      column,
      ...(shown ? { excerpt } : {}),
    };
  };
  const place = ({ path, part, ...rest }: Finding): Problem =>
    at(document === null ? 0 : locate(document, path, part).offset, { ...rest, path: pathText(path) });
  const broken = (problems: readonly Problem[]): YamlText => ({
    data: undefined,
    isEmpty: false,
    problems,
    place,
    typed: () => undefined,
  });
  const unreadable = (message: string): YamlText => broken([at(0, { severity: 'error', path: '', message })]);

  try {
    // Its own search for duplicates compares every key with every other one.
    document = parseDocument(text, {
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
    covered = cover(document, text);
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0)
      return broken(faults.slice(0, MOST_FAULTS).map((fault) => at(fault.pos[0], explain(fault, text))));
    const shape = shapeFault(document);
    if (shape !== null) return unreadable(shape);
    const problems = keyFaults(document).map(({ offset, message }) =>
      at(offset, { severity: 'error', path: '', message }),
    );
    const data: unknown = document.toJS({ maxAliasCount: MOST_EXPANSIONS });
    const parsed = document;
    return {
      data,
      isEmpty: document.contents === null || data === null,
      problems,
      place,
      typed: (path) => locate(parsed, path, 'value').typed,
    };
  } catch (error) {
    if (error instanceof RangeError) return unreadable('it is nested too deeply');
    if (error instanceof ReferenceError)
      return unreadable('its aliases (*) expand to too much, or one names no anchor (&)');
    throw error;
  }
};

const explain = (
  fault: YAMLError,
  text: string,
): Pick<Problem, 'severity' | 'path' | 'message' | 'suggestion'> => {
  const about = { severity: 'error', path: '' } as const;
  // A tab where a value should begin is reported in several ways; to the reader it is one mistake.
  if (fault.code === 'TAB_AS_INDENT' || text[fault.pos[0]] === '\t')
    return { ...about, message: 'tabs cannot indent YAML', suggestion: 'spaces' };
  switch (fault.code) {
    case 'MULTIPLE_DOCS':
      return { ...about, message: 'a second document begins here; there can only be one in a file' };
    case 'TAG_RESOLVE_FAILED':
      return { ...about, message: 'YAML tags (!) are not supported' };
    case 'BAD_ALIAS':
      return {
        ...about,
        message: 'this alias (*) is not valid',
        suggestion: 'quotes, if a text begins with *',
      };
    default:
      return { ...about, message: `not valid YAML: ${lowerFirst(fault.message)}` };
  }
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
