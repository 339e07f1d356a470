import type { CandidateRoute } from '../core/routing/table.ts';
import { idOf, placeOf, shardOf } from './assignment/assign.ts';
import { soleTenure, type Tenure } from './handover/tenure.ts';
import type { KeyMemory } from './key-memory.ts';

/** Knows which sticky keys were seen in the present stage of each rollout, within bounded memory, and after a restart too. */
export interface FirstRequests {
  /**
   * True once for each key (as `digestOfKey` of the rollout's salt gives it) in each stage: its outcome is this request's. Always
   * false for keys that another process counts, that are not counted because there are too many, or that the stages before had
   * given to the candidate (nothing was drawn about those), and for all keys of a stage when it is not known which were counted.
   */
  isFirst(candidate: Pick<CandidateRoute, 'rollout' | 'stage' | 'earlierShare'>, digest: Buffer): boolean;
  /** True for a key that gives no outcome in this stage because there are too many. To be asked after `isFirst`. */
  isOneTooMany(
    candidate: Pick<CandidateRoute, 'rollout' | 'stage' | 'earlierShare'>,
    digest: Buffer,
  ): boolean;
  /** To be called before each report of outcomes: after a restart, a key whose outcome was told must be known. */
  write(): void;
  /** Forgets every other rollout, for good: not to be called for a table that may be older than what was counted. */
  retain(rollouts: ReadonlySet<string>): void;
}

export interface FirstRequestsSpec {
  /** Which of the environment's gateway processes this is, from 0. */
  readonly process: number;
  readonly processes: number;
  /** Of one rollout and stage. */
  readonly keysAtMost: number;
  readonly memory: KeyMemory;
  /** Default: no other process has this one's part. */
  readonly tenure?: Readonly<Tenure>;
}

interface Seen {
  readonly stage: number;
  /** False when a key that is not in `ids` may have been counted all the same. */
  isWhole: boolean;
  readonly ids: Set<number>;
  /** Keys from this id on are not counted. */
  idsBelow: number;
  /** In `ids`, and not in the memory. */
  unwritten: number[];
}

const IDS = 2 ** 48;

export function openFirstRequests(spec: FirstRequestsSpec): FirstRequests {
  const { process, processes, keysAtMost, memory, tenure = soleTenure() } = spec;
  const byRollout = new Map<string, Seen>();

  const halve = (seen: Seen): void => {
    // By the id alone, so that neither track nor outcome has a say in who stays.
    while (seen.ids.size >= keysAtMost) {
      seen.idsBelow /= 2;
      for (const id of seen.ids) if (id >= seen.idsBelow) seen.ids.delete(id);
    }
  };
  const add = (seen: Seen, id: number): void => {
    seen.ids.add(id);
    if (seen.ids.size >= keysAtMost) halve(seen);
  };

  const begin = (rollout: string, stage: number): Seen => {
    const counted = memory.recall(rollout, stage, tenure.phase !== 'leaving');
    const seen: Seen = {
      stage,
      isWhole: counted !== null,
      ids: new Set(),
      idsBelow: IDS,
      unwritten: [],
    };
    // In the order in which they came, so that those who stay are the same.
    for (const id of counted ?? []) if (id < seen.idsBelow) add(seen, id);
    return seen;
  };
  const write = (rollout: string, seen: Seen): void => {
    if (seen.unwritten.length === 0) return;
    const result = memory.keep(rollout, seen.stage, seen.unwritten);
    if (result !== 'kept') seen.isWhole = false;
    if (result !== 'failed') seen.unwritten = [];
  };
  /** Learns of keys that the process before or after this one has noted. */
  const catchUp = (rollout: string, seen: Seen): void => {
    const noted = memory.news(rollout, seen.stage);
    if (noted === null) seen.isWhole = false;
    for (const id of noted ?? []) if (id < seen.idsBelow) add(seen, id);
  };
  /**
   * The successor counts from now on. It is not to count this key later: which of its requests counts must not depend on what became of the
   * first one, which came here.
   */
  const setAside = (rollout: string, seen: Seen, id: number): void => {
    if (memory.keep(rollout, seen.stage, [id]) !== 'kept') seen.isWhole = false;
  };

  /** Nothing was drawn about it in this stage, or another process counts it. */
  const isElsewhere = (digest: Buffer, earlierShare: number): boolean =>
    placeOf(digest) < earlierShare || (processes > 1 && shardOf(digest, processes) !== process);

  return {
    isFirst({ rollout, stage, earlierShare = 0 }, digest) {
      if (isElsewhere(digest, earlierShare)) return false;
      let seen = byRollout.get(rollout);
      if (seen?.stage !== stage) {
        if (seen !== undefined) write(rollout, seen);
        seen = begin(rollout, stage);
        byRollout.set(rollout, seen);
      }
      if (!seen.isWhole) return false;
      const id = idOf(digest);
      if (id >= seen.idsBelow || seen.ids.has(id)) return false;
      if (tenure.isShared) {
        catchUp(rollout, seen);
        if (!seen.isWhole || id >= seen.idsBelow || seen.ids.has(id)) return false;
      }
      add(seen, id);
      if (tenure.phase === 'leaving') {
        setAside(rollout, seen, id);
        return false;
      }
      seen.unwritten.push(id);
      return true;
    },
    isOneTooMany({ rollout, stage, earlierShare = 0 }, digest) {
      const seen = byRollout.get(rollout);
      return seen?.stage === stage && idOf(digest) >= seen.idsBelow && !isElsewhere(digest, earlierShare);
    },
    write() {
      for (const [rollout, seen] of byRollout) write(rollout, seen);
    },
    retain(rollouts) {
      for (const rollout of byRollout.keys()) if (!rollouts.has(rollout)) byRollout.delete(rollout);
      // Of two processes one may be behind, and not know the rollout whose keys the other counts.
      if (tenure.phase === 'serving') memory.retain(rollouts);
    },
  };
}
