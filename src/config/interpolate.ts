const REFERENCE = /\$(\$?)\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

export type Interpolation =
  | { readonly text: string }
  /** Names that are not set and have no default. */
  | { readonly missing: readonly string[] };

/**
 * Fills `${env:NAME}` and `${env:NAME:-default}` from the given variables. As in a shell, the default also stands in for an
 * empty value. `$${env:NAME}` comes out as `${env:NAME}`.
 */
export const interpolate = (
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): Interpolation => {
  const missing: string[] = [];
  const filled = text.replace(REFERENCE, (whole, escaped: string, name: string, fallback?: string) => {
    if (escaped !== '') return whole.slice(1);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback === undefined) missing.push(name);
    return fallback ?? '';
  });
  return missing.length > 0 ? { missing } : { text: filled };
};

/** Places that look like a reference and are none, such as `${NAME}` or `${env:}`. */
export const brokenReferences = (text: string): string[] =>
  [...text.replace(REFERENCE, '').matchAll(/\$\{[^}]*\}?/g)].map(([found]) => found);
