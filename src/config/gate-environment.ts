import type { EvaluationPlan, ScorerSpec } from '../core/evaluation/run/evaluation-plan.ts';
import type { EnvironmentFiller } from './environment-filler.ts';
import { environmentFiller } from './environment-filler.ts';

/** Variables of a control plane that the evaluation file of a release may name: whoever writes the file also says where the values are sent. */
export const GATE_PREFIX = 'TIDEGATE_EVAL_';

export const REFERENCES_AT_GATES = `Write a variable whose name begins with ${GATE_PREFIX}, and set it for the control plane.`;

/** Fills in those variables and no other, whatever the file says. */
export const gateFiller = (env: Readonly<Record<string, string | undefined>>): EnvironmentFiller =>
  environmentFiller(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith(GATE_PREFIX))));

/**
 * The first key in a file, or variable of another name, that an evaluation file would have a control plane read, as a phrase; null when there is none.
 * `path` stands for the address of the target, whose beginning a gate does not use.
 */
export const referenceBeyondGates = ({ target, scorers }: EvaluationPlan, path: string): string | null => {
  const keys = scorers.flatMap(({ how }) => ('endpoint' in how ? (how.endpoint.apiKey ?? []) : []));
  const file = keys.find((key) => key.startsWith('file:'));
  if (file !== undefined) return `the key ${file}, which a gate would read on the disk of the control plane`;
  const texts = JSON.stringify([path, target.headers, target.body, scorers.map(sentBy)]);
  const names = [
    ...keys.map((key) => key.replace(/^env:/, '')),
    ...[...texts.matchAll(REFERENCE)].map(([, name = '']) => name),
  ];
  const name = names.find((one) => !one.startsWith(GATE_PREFIX));
  return name === undefined ? null : `the variable ${name}, which a gate does not read`;
};

const REFERENCE = /(?<!\$)\$\{env:([A-Za-z_][A-Za-z0-9_]*)/g;

/** What is filled in before a scorer calls somebody. */
const sentBy = ({ how }: ScorerSpec): unknown => {
  if ('endpoint' in how) return [how.endpoint.url, how.endpoint.headers];
  return how.kind === 'http' ? [how.url, how.headers] : null;
};
