import { TidegateError } from '../errors.ts';
import type { Problem } from './problem.ts';

/** The next step for a file that `tidegate validate` does not check: a command reads it, and can be run again. */
export const RUN_AGAIN = 'Correct the lines named above and run it again.';

/** The one error for a file with problems; `todo` where another next step than the usual is meant. `data.problems` is the list (`Problem[]`), errors and warnings in order. */
export const invalidConfig = (problems: readonly Problem[], todo?: string): TidegateError => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) throw new Error('a configuration without errors was called invalid');
  const { file, line, column, message } = first;
  const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  return new TidegateError('config-invalid', `${file}:${line}:${column}: ${message}${others}.`, {
    place: { file, line, column },
    data: { problems },
    ...(todo === undefined ? {} : { todo }),
  });
};
