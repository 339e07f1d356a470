import { readFileSync } from 'node:fs';

/** How answers are made: a component of its own, so that changing it is a release like any other. */
export interface Settings {
  /** How many articles go into the prompt, nearest first. */
  readonly articles: number;
  /** 0 always takes the likeliest word. */
  readonly temperature: number;
  readonly maxTokens: number;
}

export const readSettings = (file: string): Settings => {
  const { articles, temperature, maxTokens } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Settings>;
  const whole = (value: unknown, most: number): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
  if (!whole(articles, 10)) throw new Error(`${file}: "articles" is a whole number from 1 to 10`);
  if (!whole(maxTokens, 512)) throw new Error(`${file}: "maxTokens" is a whole number from 1 to 512`);
  if (typeof temperature !== 'number' || !(temperature >= 0 && temperature <= 2))
    throw new Error(`${file}: "temperature" is a number from 0 to 2`);
  return { articles, temperature, maxTokens };
};
