import { join } from 'node:path';
import { MOST_AT_GATES } from '../../core/evaluation/load/load-at-gate.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import { digestOf } from '../golden/canonical-json.ts';
import { openAnswerCache } from '../run-evaluation/answer-cache.ts';
import type { AnswerSource } from '../run-evaluation/answer-source.ts';
import { cachedAnswers, calledAnswers } from '../run-evaluation/answer-source.ts';
import type { OpenSides } from '../run-evaluation/open-sides.ts';
import { filledTarget } from '../run-evaluation/open-sides.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import { targetDigest } from '../run-evaluation/target-digest.ts';
import type { TargetAnswer } from '../target/target-answer.ts';
import type { TargetClientOptions } from '../target/target-client.ts';
import { targetClient } from '../target/target-client.ts';
import type { EvaluatedRelease } from './evaluated-release.ts';
import type { WarmedUp } from './warmed-up.ts';
import { warmedUp } from './warmed-up.ts';

export interface ReleaseSides {
  readonly candidate: EvaluatedRelease;
  readonly stable: EvaluatedRelease | null;
  /** Calls to each address that are not counted; 0 where every call is paid for out of a budget. */
  readonly warmUpCalls: number;
  readonly attempts?: TargetClientOptions['attempts'];
  /** Turns what says nothing into an error. Left out: whatever is answered is scored. */
  readonly check?: (answer: TargetAnswer) => TargetAnswer;
}

export interface OpenedSides {
  /** For `RunOptions`. */
  readonly open: NonNullable<RunOptions['openSides']>;
  /** What a reader must know about the calls, once they have been made. */
  readonly notes: () => string[];
}

/**
 * Asks the replicas of a release, and those of stable on the same cases, instead of the address in a plan. What stable answers is kept by its digest,
 * its surroundings, what is asked, the case and the number of the repeat, and is not asked for again.
 */
export const releaseSides = (sides: ReleaseSides): OpenedSides => {
  const clients: WarmedUp[] = [];
  return {
    async open({ plan, fill, secrets, directory, isFresh }, closing): Promise<OpenSides> {
      const clientOf = (release: EvaluatedRelease): WarmedUp => {
        const client = targetClient({
          target: filledTarget(plan.target, fill),
          concurrency: plan.concurrency,
          secrets,
          random: seededRandom(plan.seed, `second attempts ${clients.length}`),
          addresses: release.addresses,
          ...(release.connect && { connect: release.connect }),
          ...(sides.attempts && { attempts: sides.attempts }),
        });
        closing.push(client.close);
        const warm = warmedUp(client, sides.warmUpCalls * release.addresses.length);
        clients.push(warm);
        return warm;
      };
      const checked = (source: AnswerSource): AnswerSource => {
        const { check } = sides;
        return check === undefined
          ? source
          : {
              ...source,
              ask: async (one, repeat, signal) => check(await source.ask(one, repeat, signal)),
            };
      };
      const { price } = plan.target;
      const { client } = clientOf(sides.candidate);
      const candidate = { source: checked(calledAnswers(client)), price, isRecorded: false };
      const candidateLabel = labelOf(sides.candidate);
      const { stable } = sides;
      // Stable serves users, so load is for the candidate alone.
      const { addresses, connect } = sides.candidate;
      const underLoad = { addresses, ...(connect && { connect }), mostRequests: MOST_AT_GATES };
      if (stable === null)
        return {
          candidate,
          candidateLabel,
          underLoad,
          baseline: null,
          baselineLabel: null,
          clients: [client],
        };
      const other = clientOf(stable).client;
      const path = isFresh ? null : answersOf(stable, plan.target, directory);
      const cache = path === null ? null : await openAnswerCache(path);
      if (cache !== null) closing.push(cache.close);
      const source = cache === null ? calledAnswers(other) : cachedAnswers(other, cache);
      return {
        candidate,
        candidateLabel,
        underLoad,
        baseline: { source: checked(source), price, isRecorded: false },
        baselineLabel: labelOf(stable),
        clients: [client, other],
      };
    },
    notes() {
      const sum = (of: (one: WarmedUp) => number): number =>
        clients.reduce((total, one) => total + of(one), 0);
      const warmUps = sum((one) => one.warmUps());
      const repeated = sum((one) => one.repeated());
      return [
        ...(warmUps === 0 ? [] : [`${warmUps} calls to warm up were not counted`]),
        ...(repeated === 0 ? [] : [`calls made again: ${repeated}`]),
      ];
    },
  };
};

const labelOf = ({ label, digest }: EvaluatedRelease) => ({ label, digest });

/** Where the answers of a release are kept; null where they are not. */
const answersOf = (
  { digest, surroundings }: EvaluatedRelease,
  target: TargetSpec,
  directory: string,
): string | null => {
  if (surroundings === null) return null;
  const asked = digestOf({ release: digest, surroundings, asked: targetDigest(target) });
  return join(directory, 'answers', `${asked.replace('sha256:', '').slice(0, 32)}.jsonl`);
};
