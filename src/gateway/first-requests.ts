import type { CandidateRoute } from '../core/routing/table.ts';
import { idOf, placeOf, shardOf } from './assignment/assign.ts';

/** Knows which sticky keys were seen in the present stage of each rollout, within bounded memory. */
export interface FirstRequests {
  /**
   * True once for each key (as `digestOfKey` of the rollout's salt gives it) in each stage: its outcome is this request's. Always
   * false for keys that another process counts, that are not counted because there are too many, or that the stages before had
   * given to the candidate: nothing was drawn about those.
   */
  isFirst(candidate: Pick<CandidateRoute, 'rollout' | 'stage' | 'earlierShare'>, digest: Buffer): boolean;
  /** True for a key that gives no outcome in this stage because there are too many. To be asked after `isFirst`. */
  isOneTooMany(
    candidate: Pick<CandidateRoute, 'rollout' | 'stage' | 'earlierShare'>,
    digest: Buffer,
  ): boolean;
  /** Forgets every other rollout. */
  retain(rollouts: ReadonlySet<string>): void;
}

export interface FirstRequestsSpec {
  /** Which of the environment's gateway processes this is, from 0. */
  readonly process: number;
  readonly processes: number;
  /** Of one rollout and stage. */
  readonly keysAtMost: number;
}

interface Seen {
  readonly stage: number;
  readonly ids: Set<number>;
  /** Keys from this id on are not counted. */
  idsBelow: number;
}

const IDS = 2 ** 48;

export function openFirstRequests({ process, processes, keysAtMost }: FirstRequestsSpec): FirstRequests {
  const byRollout = new Map<string, Seen>();

  const halve = (seen: Seen): void => {
    // By the id alone, so that neither track nor outcome has a say in who stays.
    while (seen.ids.size >= keysAtMost) {
      seen.idsBelow /= 2;
      for (const id of seen.ids) if (id >= seen.idsBelow) seen.ids.delete(id);
    }
  };

  /** Nothing was drawn about it in this stage, or another process counts it. */
  const isElsewhere = (digest: Buffer, earlierShare: number): boolean =>
    placeOf(digest) < earlierShare || (processes > 1 && shardOf(digest, processes) !== process);

  return {
    isFirst({ rollout, stage, earlierShare = 0 }, digest) {
      if (isElsewhere(digest, earlierShare)) return false;
      let seen = byRollout.get(rollout);
      if (seen?.stage !== stage) {
        seen = { stage, ids: new Set(), idsBelow: IDS };
        byRollout.set(rollout, seen);
      }
      const id = idOf(digest);
      if (id >= seen.idsBelow || seen.ids.has(id)) return false;
      seen.ids.add(id);
      if (seen.ids.size >= keysAtMost) halve(seen);
      return true;
    },
    isOneTooMany({ rollout, stage, earlierShare = 0 }, digest) {
      const seen = byRollout.get(rollout);
      return seen?.stage === stage && idOf(digest) >= seen.idsBelow && !isElsewhere(digest, earlierShare);
    },
    retain(rollouts) {
      for (const rollout of byRollout.keys()) if (!rollouts.has(rollout)) byRollout.delete(rollout);
    },
  };
}
