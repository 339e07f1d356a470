import { readFileSync } from 'node:fs';

/** Version of this package; the file lies one level above both the source and the compiled form. */
export const packageVersion = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
