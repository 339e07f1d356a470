import type { LoadedService } from './load-service.ts';
import type { Problem } from './problem.ts';

/** About a service that brings a golden set, for a place (`in staging`) where nothing is required of it. */
export const unaskedGoldenSet = (where: string): string =>
  `there is a golden set, and no requirement to hold it against ${where}, so it is not asked`;

export const unaskedTodo =
  'in the policy of the environment, evaluation: {require: [{metric: accuracy, min: 90%}]}; docs/evaluation-gate.md';

/** The same, as a warning at its place in the file. */
export const unaskedWarning = ({ source }: LoadedService, file: string, where: string): Problem => ({
  severity: 'warning',
  file,
  line:
    1 +
    Math.max(
      0,
      source.text.split('\n').findIndex((line) => /^["']?evaluate["']?\s*:/.test(line)),
    ),
  column: 1,
  path: 'evaluate',
  message: unaskedGoldenSet(where),
  suggestion: unaskedTodo,
});
