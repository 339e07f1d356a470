import type { ReactElement } from 'react';
import type { RolloutView } from '../api/shapes.ts';
import { Panel } from '../parts/panel.tsx';
import { GateDetails } from './gate-evidence.tsx';

/** The gates of the present stage: all must pass before the rollout leaves it. */
export const CurrentGates = ({ rollout }: { rollout: RolloutView }): ReactElement | null => {
  const stage = rollout.order.plan.stages[rollout.stage];
  if (stage === undefined) return null;
  return (
    <Panel title={`Gates of stage ${stage.name}`}>
      {stage.gates.length === 0 && <p className="nothing">This stage has no gates.</p>}
      {stage.gates.map((gate, index) => (
        <GateDetails
          // biome-ignore lint/suspicious/noArrayIndexKey: a gate is its place in the stage
          key={index}
          gate={gate}
          state={rollout.gates[index]}
          approvals={rollout.approvals}
          isPresent
        />
      ))}
    </Panel>
  );
};
