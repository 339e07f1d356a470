import type { FallbackSpec, Fault, FaultPlan, FaultScenario } from '../core/evaluation/faults/fault-plan.ts';
import { EVALUATION_DEFAULTS } from './defaults.ts';
import { readDuration } from './scalars/duration.ts';
import type { EvalFallbackInput, EvalFaultsInput } from './schema/eval-faults-schema.ts';

export const toFaultPlan = (input: EvalFaultsInput, isRequired: boolean): FaultPlan => {
  const taken = new Map<string, number>();
  return {
    upstream: input.upstream,
    listen: input.listen,
    cases: input.cases,
    scenarios: input.scenarios.map((scenario): FaultScenario => {
      const fault = faultOf(scenario);
      const name = scenario.name ?? nameOf(fault);
      const times = (taken.get(name) ?? 0) + 1;
      taken.set(name, times);
      return {
        name: times === 1 ? name : `${name} (${times})`,
        fault,
        firstCalls: scenario.calls ?? null,
        expect: expected({ ...input.fallback, ...scenario.fallback }),
      };
    }),
    isRequired,
  };
};

const faultOf = (scenario: EvalFaultsInput['scenarios'][number]): Fault => {
  switch (scenario.fault) {
    case 'status':
      return {
        kind: 'status',
        status: scenario.status ?? 500,
        retryAfterMs: scenario.retryAfter ?? null,
      };
    case 'slow-stream':
      return {
        kind: 'slow-stream',
        pauseMs: scenario.pause ?? milliseconds(EVALUATION_DEFAULTS.faults.pause),
      };
    default:
      return { kind: scenario.fault };
  }
};

const nameOf = (fault: Fault): string => (fault.kind === 'status' ? `status ${fault.status}` : fault.kind);

const expected = ({ status, within, contains, schema, scores }: EvalFallbackInput): FallbackSpec => ({
  statuses: status ?? [200],
  withinMs: within ?? milliseconds(EVALUATION_DEFAULTS.faults.within),
  contains: contains ?? null,
  schema,
  scores: scores ?? {},
});

/** Of a default, which is always readable. */
const milliseconds = (text: string): number => {
  const reading = readDuration(text);
  return 'value' in reading ? reading.value : Number.NaN;
};
