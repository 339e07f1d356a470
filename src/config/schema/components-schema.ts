import { z } from 'zod';
import { readFileGlob } from '../scalars/file-glob.ts';
import { readInnerPath } from '../scalars/inner-path.ts';
import { scalar, sentence } from './scalar.ts';

const innerPath = () => scalar<string>(readInnerPath, { type: 'string', minLength: 1 });

/** A file or folder, as a path or as a map with one. */
const part = (what: string) =>
  z
    .union([
      innerPath(),
      z.strictObject({ path: innerPath().describe('File or folder, relative to this file.') }),
    ])
    .transform((given) => (typeof given === 'string' ? { path: given } : given))
    .optional()
    .describe(`${what}: a file or folder, relative to this file.`);

const code = z
  .strictObject({
    files: z
      .array(scalar<string>(readFileGlob, { type: 'string', minLength: 1 }))
      .min(1, 'an empty list would seal no code; leave it out to take what git tracks')
      .optional()
      .describe(
        'Globs, relative to this file; a leading ! takes away. Default: every file git tracks, or without git every file but what is never code.',
      ),
    install: sentence('a command', 8_192)
      .optional()
      .describe('Runs once for each code digest, such as npm ci --omit=dev.'),
  })
  .optional()
  .describe('The program.');

/** `components`: what travels, rolls back and is digested together. */
export const componentsSchema = z.strictObject({
  code,
  model: part('Model weights'),
  prompt: part('Prompts'),
  index: part('Retrieval index'),
  data: part('Data the service reads'),
  config: part('Configuration the service reads'),
});
