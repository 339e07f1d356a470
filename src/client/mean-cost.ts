import type { CallCosts } from '../api/schemas/explanation.ts';
import { plural } from './figures.ts';

const NANOS_A_DOLLAR = 1e9;

/** What a call costs on average; to a hundred-thousandth of a dollar, for more digits are no news. `?`: it is not known of any. */
export const meanCost = (costNanos: number, calls: number): string =>
  calls === 0 ? '?' : `$${(costNanos / calls / NANOS_A_DOLLAR).toFixed(5)}`;

/** What calls of both tracks cost. No guard decides on it. */
export const costSentence = ({ candidate, stable }: CallCosts): string => {
  const text = (what: string, { costNanos, calls }: CallCosts['candidate']): string =>
    calls === 0
      ? `what a call of ${what} costs is not known`
      : `a call of ${what} has cost ${meanCost(costNanos, calls)} on average (${plural(calls, 'call')})`;
  const parts = [text('the candidate', candidate), ...(stable === null ? [] : [text('stable', stable)])];
  const sentence = parts.join('; ');
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}${ratioText({ candidate, stable })}.`;
};

const ratioText = ({ candidate, stable }: CallCosts): string => {
  if (stable === null || stable.costNanos === 0 || candidate.calls === 0 || stable.calls === 0) return '';
  const change = candidate.costNanos / candidate.calls / (stable.costNanos / stable.calls) - 1;
  const percent = Math.round(Math.abs(change) * 100);
  return percent === 0 ? ', the same' : `, ${percent} % ${change > 0 ? 'more' : 'less'}`;
};
