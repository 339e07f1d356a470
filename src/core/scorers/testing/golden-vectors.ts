import { readFileSync } from 'node:fs';

/** Reads a file that scripts/reference-vectors wrote; the type is what that script promises. */
export const goldenVectors = <Vectors>(file: URL): Vectors =>
  JSON.parse(readFileSync(file, 'utf8')) as Vectors;
