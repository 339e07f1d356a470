import { basename } from 'node:path';
import type { Place } from '../errors.ts';
import { TidegateError } from '../errors.ts';

export interface GoldenProblem extends Place {
  readonly message: string;
}

/** The error of a golden set with these problems, of which there is at least one. */
export const unusableGolden = (problems: readonly GoldenProblem[]): TidegateError => {
  const [first] = problems;
  if (first === undefined) throw new RangeError('no problem to report');
  const { message, ...place } = first;
  const where = place.line === undefined ? '' : ` line ${place.line}`;
  const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return new TidegateError('evaluation-unusable', `${basename(first.file)}${where} ${message}${others}.`, {
    place,
    data: { problems },
  });
};
