import type { EvaluationResult } from '../core/evaluation/requirement.ts';
import { percent, plural } from './figures.ts';

/** Why an evaluation did not pass; no sentence, but a part of one. */
export const evaluationReason = ({ verdict, requirements, own = [], notes }: EvaluationResult): string => {
  const details = [...requirements, ...own]
    .filter((one) => one.verdict !== 'pass' && one.verdict !== 'not-applicable')
    .map(({ detail }) => detail);
  const said = [...details, ...notes].slice(0, 3).map((text) => text.replace(/[.\s]+$/, ''));
  const found = verdict === 'inconclusive' ? 'was inconclusive' : 'failed';
  return `the evaluation ${found}${said.length === 0 ? '' : ` (${said.join('; ')})`}`;
};

/** What an evaluation came to, in a few words. */
export const evaluationSummary = ({ cases, metrics, own = [] }: EvaluationResult): string =>
  [
    plural(cases, 'case'),
    ...metrics
      .filter(({ metric, n }) => n > 0 && (metric === 'accuracy' || metric === 'f1'))
      .map(
        ({ metric, value, low, high }) => `${metric} ${percent(value)} [${percent(low)} to ${percent(high)}]`,
      ),
    ...own.map(({ requirement, verdict }) => `${requirement}: ${verdict}`),
  ].join(', ');

/** Where the answers are that an evaluation was decided on. */
export const keptAnswers = ({ run }: EvaluationResult): string[] =>
  run === undefined ? [] : [`Every answer: \`tidegate eval report ${run.id}\` (${run.digest}).`];
