import type { ReactElement } from 'react';
import { duration } from '../../../src/client/figures.ts';
import { gateName } from '../../../src/client/sentences.ts';
import type { GateState, PassedStage, RolloutView } from '../api/shapes.ts';
import type { Standing } from '../parts/badge.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Since } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { exposureText } from './exposure-text.ts';
import { gateStanding } from './lane-standing.ts';

type Progress = 'passed' | 'by-hand' | 'present' | 'to-come';

const marks: Readonly<Record<Progress, IconName>> = {
  passed: 'check',
  'by-hand': 'skip',
  present: 'dot',
  'to-come': 'ring',
};

/** All stages of a rollout in order, with what each needs and how long it took. */
export const StepRail = ({ rollout }: { rollout: RolloutView }): ReactElement => (
  <Panel title="Stages" className="rail-panel">
    <ol className="rail">
      <li className={`rail-step is-${rollout.stage < 0 ? 'present' : 'passed'}`}>
        <StepHead progress={rollout.stage < 0 ? 'present' : 'passed'} name="start" rollout={rollout} />
        <p className="rail-note">replicas get ready</p>
      </li>
      {rollout.order.plan.stages.map((stage, index) => {
        const passed = rollout.passed.find((one) => one.stage === index);
        const progress = progressOf(rollout, index, passed);
        const gates = progress === 'present' ? rollout.gates : (passed?.gates ?? {});
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the plan, which never changes
            key={index}
            className={`rail-step is-${progress}`}
            aria-current={progress === 'present' ? 'step' : undefined}
          >
            <StepHead progress={progress} name={stage.name} rollout={rollout} />
            <p className="rail-note">{exposureText(stage.exposure)}</p>
            <ul className="rail-gates">
              {stage.gates.map((gate, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a gate is its place in the stage
                <li key={at}>
                  <GateMark standing={standingOf(gates[at], progress)} title={gateName(gate)} />
                </li>
              ))}
            </ul>
            {stage.gates.length === 0 && stage.exposure.share === 0 && stage.exposure.mirrorShare === 0 && (
              <p className="rail-note">nothing is required</p>
            )}
            {passed !== undefined && (
              <p className="rail-note">took {duration(passed.leftAtMs - passed.enteredAtMs)}</p>
            )}
          </li>
        );
      })}
    </ol>
  </Panel>
);

const progressOf = (rollout: RolloutView, index: number, passed: PassedStage | undefined): Progress => {
  if (index > rollout.stage) return 'to-come';
  if (index === rollout.stage) return 'present';
  const { gates = [] } = rollout.order.plan.stages[index] ?? {};
  return gates.every((_, at) => passed?.gates[at]?.outcome === 'passed') ? 'passed' : 'by-hand';
};

const standingOf = (gate: GateState | undefined, progress: Progress): Standing =>
  progress === 'to-come'
    ? { tone: 'quiet', icon: 'ring', word: 'Later' }
    : gateStanding(gate, progress === 'present');

const GateMark = ({ standing, title }: { standing: Standing; title: string }): ReactElement => (
  <span className={`gate-mark tone-${standing.tone}`}>
    <Icon name={standing.icon} />
    {title} {standing.word.toLowerCase()}
  </span>
);

const StepHead = (props: { progress: Progress; name: string; rollout: RolloutView }): ReactElement => {
  const { progress, name, rollout } = props;
  const isPaused = progress === 'present' && rollout.verdict.kind === 'pause';
  return (
    <h3 className="rail-head">
      <span className="rail-dot">
        <Icon name={isPaused ? 'pause' : marks[progress]} />
      </span>
      {name}
      <span className="rail-word">
        {progress === 'passed' && 'passed'}
        {progress === 'by-hand' && 'left by hand'}
        {progress === 'to-come' && 'to come'}
        {progress === 'present' && (
          <>
            {isPaused ? 'paused, ' : 'now, '}
            <Since atMs={rollout.stageEnteredAtMs} />
          </>
        )}
      </span>
    </h3>
  );
};
