import type { ReactElement } from 'react';
import { duration } from '../../../src/client/figures.ts';
import { gateName } from '../../../src/client/sentences.ts';
import type { Gate, GateEvidence, GateState } from '../api/shapes.ts';
import { Badge } from '../parts/badge.tsx';
import { EvaluationTable } from './evaluation-table.tsx';
import { gateStanding } from './lane-standing.ts';
import { MetricsTable } from './metrics-table.tsx';
import { ReadingsTable } from './readings-table.tsx';

/** A gate, how it stands and what it was decided on. */
export const GateDetails = (props: {
  gate: Gate;
  state: GateState | undefined;
  approvals?: readonly string[];
  isPresent?: boolean;
}): ReactElement => {
  const { gate, state, approvals = [], isPresent = false } = props;
  return (
    <div className="gate">
      <h4 className="gate-head">
        {gateName(gate)}
        <Badge {...gateStanding(state, isPresent)} />
      </h4>
      {gate.type === 'command' && <code className="block">{gate.command}</code>}
      {gate.type === 'approval' && gate.when === undefined && isPresent && (
        <p>
          {approvals.length} of {gate.approvals} given{approvals.length > 0 && `, by ${approvals.join(', ')}`}
          .
        </p>
      )}
      {gate.type === 'evidence' && state?.evidence == null && isPresent && (
        <p className="quiet">
          Passes when every guard that can see something here has passed. See the guards above.
        </p>
      )}
      {state?.evidence != null && <Evidence evidence={state.evidence} />}
    </div>
  );
};

export const Evidence = ({ evidence }: { evidence: GateEvidence }): ReactElement | null => {
  switch (evidence.kind) {
    case 'evaluation':
      return <EvaluationTable result={evidence.result} />;
    case 'evidence':
      return (
        <>
          <ReadingsTable readings={evidence.readings} scope="stage" />
          {evidence.metrics !== undefined && <MetricsTable readings={evidence.metrics} />}
        </>
      );
    case 'approval':
      return <p>{evidence.by.length === 0 ? 'Nobody had to.' : `Approved by ${evidence.by.join(', ')}.`}</p>;
    case 'soak':
      return <p>Nothing broke for {duration(evidence.durationMs)}.</p>;
    case 'command':
      return (
        <>
          <p>
            {evidence.exitCode === null
              ? 'It was ended from outside.'
              : `It ended with exit code ${evidence.exitCode}.`}
          </p>
          {evidence.output !== '' && <pre className="block">{evidence.output}</pre>}
        </>
      );
    case 'failure':
      return <p>It could not be carried out: {evidence.detail}</p>;
  }
};
