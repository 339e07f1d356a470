import type { LaneEvent } from '../../core/rollout/events.ts';
import type { StoredEvent } from '../../ports/ledger.ts';
import type { Step } from './scenario.ts';

/** What has happened in one scenario, by name; how often does not matter. Shows what the workload never reaches. */
export interface Occurrences {
  note(what: string): void;
  noteStep(step: Step): void;
  noteEvent(event: StoredEvent): void;
  readonly all: ReadonlySet<string>;
}

export const openOccurrences = (): Occurrences => {
  const all = new Set<string>();
  const gateTypes = new Map<string, readonly string[]>();
  const queued = new Set<string>();
  const note = (what: string): void => {
    all.add(what);
  };

  const noteLaneEvent = (event: LaneEvent): void => {
    switch (event.type) {
      case 'rollout.started': {
        const { rollout, kind, plan, origin } = event.order;
        plan.stages.forEach(({ gates }, stage) => {
          gateTypes.set(
            `${rollout}/${stage}`,
            gates.map(({ type }) => type),
          );
        });
        note(`strategy: ${plan.strategy}`);
        // The engine's own promotions are named after where they come from.
        note(rollout.startsWith(`${origin}-`) ? 'kind: promoted by itself' : `kind: ${kind}`);
        if (queued.has(rollout)) note('rollout: started after it waited');
        return;
      }
      case 'rollout.queued':
        queued.add(event.order.rollout);
        note('rollout: queued');
        return;
      case 'rollout.ended':
        note(`ended: ${event.outcome}`);
        note(`ended because: ${event.cause.kind}`);
        return;
      case 'rollout.paused':
        note(`paused: ${event.cause.kind}`);
        return;
      case 'gate.decided': {
        const type = gateTypes.get(`${event.rollout}/${event.stage}`)?.[event.gate];
        note(`gate: ${type ?? 'of nothing'} ${event.outcome}`);
        return;
      }
      case 'candidate.tripped':
        note(`tripped: ${event.cause}`);
        return;
      case 'stage.entered':
        if (event.override !== null) note('stage: entered by a person');
        return;
      case 'workload.observed':
        if (event.failure !== null) note('workload: failed');
        return;
      case 'rollout.resumed':
      case 'candidate.pulled':
      case 'candidate.restored':
      case 'stage.approved':
        note(event.type.replace('.', ': '));
        return;
      default:
        return;
    }
  };

  return {
    note,
    noteStep(step) {
      switch (step.do) {
        case 'ask':
          note(`asked: ${step.what}`);
          return;
        case 'partition':
          note(`fault: partition, ${step.kind}`);
          return;
        case 'ledger':
          note(`fault: ledger, ${step.is}`);
          return;
        case 'crash':
        case 'fail-append':
          note(`fault: ${step.do}, ${step.when}`);
          return;
        default:
          note(`fault: ${step.do}`);
      }
    },
    noteEvent({ stream, type, data }) {
      if (stream.startsWith('lane/')) noteLaneEvent({ type, ...(data as object) } as LaneEvent);
    },
    all,
  };
};
