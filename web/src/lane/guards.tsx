import type { ReactElement } from 'react';
import type { GuardReading, RolloutView } from '../api/shapes.ts';
import { Panel } from '../parts/panel.tsx';
import { GuardCard } from './guard-card.tsx';

/** What must stay true while the candidate is exposed, with everything the decision is made on. */
export const Guards = ({ rollout }: { rollout: RolloutView }): ReactElement => {
  const { readings, order } = rollout;
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
          <GuardCard key={reading.guard} reading={reading} scope="stage" />
        ))}
      </div>
      {readings.length > 0 && (
        <p className="quiet note">
          Rates and counts are of this stage. The e-value says how many times likelier the outcomes so far
          make it that the candidate is worse (toward rollback, over the whole rollout) or not worse by more
          than the margin (toward advance, in this stage). At the threshold it is decided: at most{' '}
          {alpha.rollback * 100} % of harmless rollouts are taken back, at most {alpha.advance * 100} % of
          harmful ones pass a stage.
        </p>
      )}
    </Panel>
  );
};
