import type { ReactElement } from 'react';
import type { RolloutView } from '../api/shapes.ts';

/** How far a rollout has come, as one line of words under a row of marks. */
export const SmallRail = ({ rollout }: { rollout: RolloutView }): ReactElement => {
  const { stages } = rollout.order.plan;
  const at = rollout.stage;
  const said =
    at < 0
      ? `Starting, ${stages.length} stages to come`
      : `Stage ${at + 1} of ${stages.length}: ${stages[at]?.name}`;
  return (
    <span className="small-rail">
      <span className="small-rail-marks" aria-hidden="true">
        {stages.map((stage, index) => (
          <span
            key={stage.name}
            className={index < at ? 'is-passed' : index === at ? 'is-present' : 'is-to-come'}
          />
        ))}
      </span>
      <span>{said}</span>
    </span>
  );
};
