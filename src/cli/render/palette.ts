import pc from 'picocolors';

export interface Palette {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly now: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** Colour only underlines what words and icons already say. */
export const palette = (isColoured: boolean): Palette => {
  const { green, red, yellow, cyan, dim, bold } = pc.createColors(isColoured);
  return { good: green, bad: red, warn: yellow, now: cyan, dim, bold };
};
