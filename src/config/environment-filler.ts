import { TidegateError } from '../errors.ts';
import { interpolate } from './interpolate.ts';

/** Too short a text would cover half of every message, and is no secret either. */
const SHORTEST_SECRET = 6;

export interface EnvironmentFiller {
  /** Fills `${env:NAME}`. @throws TidegateError `bad-request` where a variable is missing */
  readonly fill: (text: string) => string;
  /** Values that were filled in, for whoever must not show them; grows. */
  readonly secrets: readonly string[];
}

export const environmentFiller = (env: Readonly<Record<string, string | undefined>>): EnvironmentFiller => {
  const secrets: string[] = [];
  return {
    secrets,
    fill(text) {
      const filled = interpolate(text, env);
      if ('missing' in filled)
        throw new TidegateError(
          'bad-request',
          `${filled.missing.join(', ')} is not set in the environment.`,
          {
            todo: 'Set it where the command runs, or give it a default in the file.',
          },
        );
      for (const [, name = ''] of text.matchAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)/g)) {
        const value = env[name] ?? '';
        if (value.length >= SHORTEST_SECRET) secrets.push(value);
      }
      return filled.text;
    },
  };
};
