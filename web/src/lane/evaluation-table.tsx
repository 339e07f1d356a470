import type { ReactElement } from 'react';
import { count, percent, plural } from '../../../src/client/figures.ts';
import type { EvaluationResult, RequirementResult } from '../api/shapes.ts';
import { Badge, type Standing } from '../parts/badge.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { latency } from '../show/latency.ts';
import { points } from '../show/points.ts';

/** What an evaluation found on the golden set, each requirement with the interval it was held against. */
export const EvaluationTable = ({ result }: { result: EvaluationResult }): ReactElement => (
  <>
    <p>
      {plural(result.cases, 'case')}, {plural(result.errors, 'error')}
      {result.comparedWith === null
        ? '; there was no stable release to compare with'
        : '; compared with stable'}
      .
    </p>
    {result.requirements.length > 0 && (
      <ScrollRegion label="Requirements">
        <table>
          <thead>
            <tr>
              <th scope="col">Requirement</th>
              <th scope="col">Found</th>
              <th scope="col">Interval</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {result.requirements.map((one) => (
              <tr key={JSON.stringify(one.requirement)}>
                <th scope="row">{requirementText(one)}</th>
                <td>{show(one, one.estimate)}</td>
                <td>
                  {one.low === null || one.high === null
                    ? '–'
                    : `${show(one, one.low)} to ${show(one, one.high)}`}
                </td>
                <td>
                  <Badge {...verdicts[one.verdict]} />
                  {one.moreCases !== null && ` about ${count(one.moreCases)} more cases would settle it`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    )}
    {(result.own ?? []).length > 0 && (
      <ScrollRegion label="Requirements of the evaluation file">
        <table>
          <thead>
            <tr>
              <th scope="col">Required by the release</th>
              <th scope="col">Found</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {result.own?.map(({ requirement, detail, verdict }) => (
              <tr key={requirement}>
                <th scope="row">{requirement}</th>
                <td>{detail}</td>
                <td>
                  <Badge {...verdicts[verdict]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    )}
    {result.run !== undefined && (
      <p className="quiet">
        Every answer: <code>tidegate eval report {result.run.id}</code>
      </p>
    )}
    {result.notes.map((note) => (
      <p key={note} className="quiet">
        {note}
      </p>
    ))}
  </>
);

const verdicts: Readonly<Record<RequirementResult['verdict'], Standing>> = {
  pass: { tone: 'good', icon: 'check', word: 'Pass' },
  fail: { tone: 'bad', icon: 'cross', word: 'Fail' },
  inconclusive: { tone: 'warn', icon: 'warning', word: 'Inconclusive' },
  'not-applicable': { tone: 'quiet', icon: 'skip', word: 'Not applicable' },
};

const isLatency = (one: RequirementResult): boolean => one.requirement.metric.startsWith('latency_');

/** A difference is in points or signed milliseconds, a metric in percent or milliseconds. */
const show = (one: RequirementResult, value: number | null): string => {
  if (value === null) return '–';
  if (one.requirement.notWorseBy === undefined) return isLatency(one) ? latency(value) : percent(value);
  if (!isLatency(one)) return points(value);
  return `${value < 0 ? '-' : '+'}${latency(Math.abs(value))}`;
};

const requirementText = ({ requirement }: RequirementResult): string => {
  const { metric, min, max, notWorseBy } = requirement;
  const size = metric.startsWith('latency_') ? latency : percent;
  if (min !== undefined) return `${metric} at least ${size(min)}`;
  if (max !== undefined) return `${metric} at most ${size(max)}`;
  const margin = notWorseBy ?? 0;
  const amount = metric.startsWith('latency_') ? latency(margin) : points(margin).replace('+', '');
  return margin === 0 ? `${metric} not worse than stable` : `${metric} at most ${amount} worse than stable`;
};
