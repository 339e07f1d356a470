import type { ReactElement } from 'react';
import { duration } from '../../../src/client/figures.ts';
import { gateName } from '../../../src/client/sentences.ts';
import type { PassedStage, RolloutView } from '../api/shapes.ts';
import { Panel } from '../parts/panel.tsx';
import { GateDetails } from './gate-evidence.tsx';

/** The gates of the present stage, all of which must pass before the rollout leaves it, and what earlier ones passed on. */
export const RolloutGates = ({ rollout }: { rollout: RolloutView }): ReactElement => {
  const stage = rollout.order.plan.stages[rollout.stage];
  return (
    <Panel title={stage === undefined ? 'Gates' : `Gates of stage ${stage.name}`}>
      {(stage === undefined || stage.gates.length === 0) && <p className="nothing">Nothing to pass here.</p>}
      {stage?.gates.map((gate, index) => (
        <GateDetails
          // biome-ignore lint/suspicious/noArrayIndexKey: a gate is its place in the stage
          key={index}
          gate={gate}
          state={rollout.gates[index]}
          approvals={rollout.approvals}
          isPresent
        />
      ))}
      {[...rollout.passed].reverse().map((passed) => (
        <PassedGates key={passed.stage} rollout={rollout} passed={passed} />
      ))}
    </Panel>
  );
};

const PassedGates = (props: { rollout: RolloutView; passed: PassedStage }): ReactElement | null => {
  const { rollout, passed } = props;
  const stage = rollout.order.plan.stages[passed.stage];
  if (stage === undefined || stage.gates.length === 0) return null;
  return (
    <details className="passed-stage">
      <summary>
        Stage {stage.name}, left after {duration(passed.leftAtMs - passed.enteredAtMs)}:{' '}
        {stage.gates.map(gateName).join(', ')}
      </summary>
      {stage.gates.map((gate, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a gate is its place in the stage
        <GateDetails key={at} gate={gate} state={passed.gates[at]} />
      ))}
    </details>
  );
};
