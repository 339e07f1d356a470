import type { LaneEvent, RolloutKind } from '../../core/rollout/events.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import type { StoredEvent } from '../../ports/ledger.ts';

/**
 * What the ledger says about a lane, folded by hand and on purpose not by the code under test. A new value after each event.
 */
export interface LaneFacts {
  /** Of the event that led here; 0 before the first. */
  readonly seq: number;
  readonly stable: string | null;
  readonly rollout: RunningFacts | null;
  readonly condemned: ReadonlySet<string>;
  /** Releases that were stable at any time. */
  readonly served: ReadonlySet<string>;
}

export interface RunningFacts {
  readonly id: string;
  readonly kind: RolloutKind;
  readonly release: string;
  readonly plan: Plan;
  readonly stage: number;
  readonly enteredAtMs: number;
  readonly isPaused: boolean;
  readonly isPausedByPerson: boolean;
  /** No user gets it now, and copies of all requests show how it does. */
  readonly isPulled: boolean;
  /** Gates of the present stage that passed. */
  readonly passed: ReadonlySet<number>;
}

export interface LedgerTruth {
  epoch(): number;
  headSeq(epoch: number): number;
  /** An event is durable. */
  take(event: StoredEvent): void;
  /** The facts that held at a sequence number of an epoch. */
  at(epoch: number, seq: number, lane: string): LaneFacts;
  now(lane: string): LaneFacts;
  lanes(): readonly string[];
  /** Sequence number of the newest event of an environment or the keys at most `seq`. */
  newestSeq(epoch: number, seq: number, environment: string): number;
  events(): readonly StoredEvent[];
  /** The newest records are gone; a new epoch begins. */
  restore(events: number): void;
}

interface History {
  readonly events: StoredEvent[];
  readonly lanes: Map<string, LaneFacts[]>;
}

const nothing: LaneFacts = { seq: 0, stable: null, rollout: null, condemned: new Set(), served: new Set() };

export const openLedgerTruth = (): LedgerTruth => {
  const histories: History[] = [{ events: [], lanes: new Map() }];
  const history = (epoch: number): History => histories[epoch - 1]!;
  const present = (): History => histories[histories.length - 1]!;

  const at = (epoch: number, seq: number, lane: string): LaneFacts => {
    const facts = history(epoch)?.lanes.get(lane) ?? [];
    for (let index = facts.length - 1; index >= 0; index -= 1)
      if (facts[index]!.seq <= seq) return facts[index]!;
    return nothing;
  };

  return {
    epoch: () => histories.length,
    headSeq: (epoch) => history(epoch)?.events.length ?? -1,
    take(event) {
      const { events, lanes } = present();
      if (event.seq !== events.length + 1) throw new Error(`record ${event.seq} came after ${events.length}`);
      events.push(event);
      if (!event.stream.startsWith('lane/')) return;
      const facts = lanes.get(event.stream) ?? [];
      lanes.set(event.stream, facts);
      const before = facts.at(-1) ?? nothing;
      const after = follow(before, { type: event.type, ...(event.data as object) } as LaneEvent, event.atMs);
      facts.push({ ...after, seq: event.seq });
    },
    at,
    now: (lane) => present().lanes.get(lane)?.at(-1) ?? nothing,
    lanes: () => [...present().lanes.keys()],
    newestSeq(epoch, seq, environment) {
      let newest = 0;
      const { lanes, events } = history(epoch);
      for (const [lane, facts] of lanes)
        if (lane.startsWith(`lane/${environment}/`))
          for (let index = facts.length - 1; index >= 0; index -= 1)
            if (facts[index]!.seq <= seq) {
              newest = Math.max(newest, facts[index]!.seq);
              break;
            }
      for (let index = seq; index > newest; index -= 1)
        if (events[index - 1]?.stream === 'keys') return index;
      return newest;
    },
    events: () => present().events,
    restore(events) {
      const { events: all, lanes } = present();
      const kept: History = { events: all.slice(0, events), lanes: new Map() };
      for (const [lane, facts] of lanes) {
        const before = facts.filter(({ seq }) => seq <= events);
        if (before.length > 0) kept.lanes.set(lane, before);
      }
      histories.push(kept);
    },
  };
};

/** The exposure that the ledger allows a rollout now; null before its first stage and in stages without any. */
export const allowedExposure = ({
  plan,
  stage,
  isPulled,
}: RunningFacts): { readonly share: number; readonly mirrorShare: number } | null => {
  const exposure = plan.stages[stage]?.exposure;
  if (exposure === undefined || (exposure.share === 0 && exposure.mirrorShare === 0)) return null;
  return isPulled ? { share: 0, mirrorShare: 1 } : exposure;
};

const follow = (lane: LaneFacts, event: LaneEvent, atMs: number): LaneFacts => {
  const { rollout } = lane;
  switch (event.type) {
    case 'rollout.started': {
      const { rollout: id, kind, release, plan } = event.order;
      return {
        ...lane,
        rollout: {
          id,
          kind,
          release,
          plan,
          stage: -1,
          enteredAtMs: atMs,
          isPaused: false,
          isPausedByPerson: false,
          isPulled: false,
          passed: new Set(),
        },
      };
    }
    case 'rollout.queued':
    case 'workload.observed':
      return lane;
    default:
      if (rollout === null || event.rollout !== rollout.id) return lane;
  }
  switch (event.type) {
    case 'stage.entered':
      return {
        ...lane,
        rollout: { ...rollout, stage: event.stage, enteredAtMs: atMs, isPulled: false, passed: new Set() },
      };
    case 'gate.decided':
      return event.outcome === 'passed' && event.stage === rollout.stage
        ? { ...lane, rollout: { ...rollout, passed: new Set([...rollout.passed, event.gate]) } }
        : lane;
    case 'candidate.pulled':
      return { ...lane, rollout: { ...rollout, isPulled: true } };
    case 'candidate.restored':
      // Users get it anew, so the times of the stage begin anew, by a clock that may have been set back meanwhile.
      return { ...lane, rollout: { ...rollout, isPulled: false, enteredAtMs: atMs } };
    case 'rollout.paused':
      return {
        ...lane,
        rollout: { ...rollout, isPaused: true, isPausedByPerson: event.cause.kind === 'person' },
      };
    case 'rollout.resumed':
      // Unless a person had paused it, its times begin anew, by a clock that may have been set back meanwhile.
      return {
        ...lane,
        rollout: {
          ...rollout,
          isPaused: false,
          enteredAtMs: rollout.isPausedByPerson ? rollout.enteredAtMs : atMs,
        },
      };
    case 'rollout.ended': {
      const condemned = new Set(lane.condemned);
      if (event.outcome === 'completed') {
        condemned.delete(rollout.release);
        if (rollout.kind === 'rollback' && lane.stable !== null) condemned.add(lane.stable);
        const served = new Set([...lane.served, rollout.release]);
        return { ...lane, rollout: null, stable: rollout.release, condemned, served };
      }
      if (event.outcome !== 'superseded' && lane.stable !== rollout.release) condemned.add(rollout.release);
      return { ...lane, rollout: null, condemned };
    }
    default:
      return lane;
  }
};
