import { type Findings, refuse } from './findings.ts';

export type Data = Readonly<Record<string, unknown>>;

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is done with each member; `at` is its path. */
export type Readers = Readonly<Record<string, (value: unknown, at: string) => void>>;

/**
 * Gives each member of an object to its reader. One that nobody reads is refused, so that nothing is lost unnoticed; null says
 * nothing in either interface, so it may be absent.
 */
export function readMembers(given: unknown, at: string, findings: Findings, readers: Readers): void {
  if (!isData(given)) {
    refuse(findings, at === '' ? 'body' : at, 'is no JSON object');
    return;
  }
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === null || value === undefined) continue;
    const path = at === '' ? name : `${at}.${name}`;
    const read = Object.hasOwn(readers, name) ? readers[name]! : null;
    if (read === null) refuse(findings, path, 'has no counterpart in the interface of the release');
    else read(value, path);
  }
}

/** The elements with their paths; refused when it is no list. */
export function readList(
  value: unknown,
  at: string,
  findings: Findings,
  read: (element: unknown, at: string) => void,
): void {
  if (!Array.isArray(value)) refuse(findings, at, 'is no list');
  else for (const [index, element] of value.entries()) read(element, `${at}[${index}]`);
}

/** The text; refused, and empty, when it is none. */
export function readText(value: unknown, at: string, findings: Findings): string {
  if (typeof value === 'string') return value;
  refuse(findings, at, 'is no text');
  return '';
}

/** A reader of what may only say so: anything else has no counterpart. */
export const onlyIf =
  (findings: Findings, ...allowed: readonly unknown[]) =>
  (value: unknown, at: string): void => {
    if (!allowed.includes(value))
      refuse(findings, at, `can only be ${allowed.map((one) => JSON.stringify(one)).join(' or ')} here`);
  };

/** A reader of hints: they are left out, and named to the client. */
export const hint = (findings: Findings, name: string) => (): void => {
  findings.leftOut.add(name);
};

/** A reader of what belongs to nobody else and means the same on both sides. */
export const copyTo =
  (target: Record<string, unknown>, name: string) =>
  (value: unknown): void => {
    target[name] = value;
  };

/** For a member that is read together with others. */
export const readElsewhere = (): void => {};
