import type { ReactElement } from 'react';
import { percent } from '../../../src/client/figures.ts';
import { leftOutSentence } from '../../../src/client/left-out-sentence.ts';
import type { GuardReading, RolloutView } from '../api/shapes.ts';
import { Panel } from '../parts/panel.tsx';
import { GuardCard } from './guard-card.tsx';
import { MetricsTable } from './metrics-table.tsx';

/** What must stay true while the candidate is exposed, with everything the decision is made on. */
export const Guards = ({ rollout }: { rollout: RolloutView }): ReactElement => {
  const { readings, metrics, order } = rollout;
  const leftOut = leftOutSentence(rollout.leftOut);
  const { alpha, guards } = order.plan;
  return (
    <Panel title="Guards">
      {guards.length === 0 && <p className="nothing">This rollout has no guards.</p>}
      {guards.length > 0 && readings.length === 0 && (
        <p className="nothing">
          {guards.map(({ name }) => name).join(', ')}: they start to count with the first stage.
        </p>
      )}
      <div className="guards">
        {readings.map((reading: GuardReading) => (
          <GuardCard key={reading.guard} reading={reading} isNeeded={isNeeded(rollout, reading)} />
        ))}
      </div>
      {readings.length > 0 && (
        <p className="quiet note">
          Rates and counts are of this stage; rollback is decided on the whole rollout, advance on this stage
          alone. An e-value is evidence as the winnings of a fair bet with a stake of 1: against the candidate
          being no worse than stable (toward rollback), or against it being worse by the margin or more
          (toward advance). However often one looks, at most {percent(alpha.rollback)} of rollouts without a
          worse candidate ever reach the threshold of a rollback, and at most {percent(alpha.advance)} of
          candidates that bad ever pass the stage.
        </p>
      )}
      {leftOut !== null && <p className="note left-out">{leftOut}</p>}
      {metrics.length > 0 && (
        <>
          <h3>Outside metrics</h3>
          <MetricsTable readings={metrics} rollout={rollout} />
          <p className="quiet note">
            Polls in a row against a fixed bound. Nothing limits how often such a rule is wrong by chance.
          </p>
        </>
      )}
    </Panel>
  );
};

/** Whether the stage waits, or has waited, for this guard. Known only while it holds: then what is missing is listed. */
const isNeeded = ({ verdict }: RolloutView, { guard, advance }: GuardReading): boolean =>
  advance.passed ||
  verdict.kind !== 'hold' ||
  verdict.waitingFor.some((waiting) => waiting.on === 'evidence' && waiting.guard === guard);
