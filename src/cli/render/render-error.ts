import type { Problem } from '../../config/problem.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { isTidegateError } from '../../errors.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';

/** What went wrong, why, and the next step. `isDebug` adds the stack, which otherwise nobody wants to see. */
export const renderError = (error: unknown, isDebug: boolean, { bad, dim }: Palette): string => {
  const stack = isDebug ? `\n${dim(stackOf(error))}` : '';
  if (isTidegateError(error)) {
    const problems = error.code === 'config-invalid' ? problemsIn(error.data) : [];
    const detail = problems.length > 0 ? renderProblems(problems) : plainText(error.message);
    return `${bad('✘ error')} ${detail}\n  ${plainText(error.todo)}${stack}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return (
    `${bad('✘ error')} ${plainText(message)}\n` +
    `  This was not expected. TIDEGATE_DEBUG=1 shows where it came from; \`tidegate doctor\` says where the log of the control plane is.${stack}`
  );
};

const problemsIn = (data: Readonly<Record<string, unknown>> | undefined): readonly Problem[] =>
  Array.isArray(data?.problems) ? (data.problems as Problem[]) : [];

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
};
