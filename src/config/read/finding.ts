/** Where in the data of a document: keys and indices from the root. */
export type DataPath = readonly (string | number)[];

/** A problem before it is known where in the file it stands. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: DataPath;
  /** Whether the key itself is at fault or what stands behind it. */
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly suggestion?: string;
}

/** `environments[1].name`; keys that are no plain words stand in brackets and quotes. */
export const pathText = (path: DataPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
