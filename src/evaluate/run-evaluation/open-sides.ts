import { join } from 'node:path';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluatedTarget } from '../../core/evaluation/run/run-record.ts';
import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { TargetClient, TargetClientOptions } from '../target/target-client.ts';
import { targetClient } from '../target/target-client.ts';
import { openAnswerCache } from './answer-cache.ts';
import { cachedAnswers, calledAnswers } from './answer-source.ts';
import type { AskedSide } from './ask-case.ts';
import { recordedAnswers } from './recorded-answers.ts';
import type { RunOptions } from './run-evaluation.ts';
import { targetDigest } from './target-digest.ts';

export interface OpenSides {
  readonly candidate: AskedSide;
  readonly baseline: AskedSide | null;
  /** Left out: what the plan calls its target, with the digest of what is asked. */
  readonly candidateLabel?: EvaluatedTarget;
  readonly baselineLabel: EvaluatedTarget | null;
  /** Where the candidate is put under load. Left out: nowhere, when it is not reached by the address in the plan. */
  readonly underLoad?: LoadReach;
  /** Everything that makes calls. */
  readonly clients: readonly TargetClient[];
}

/** Left out of it: the address in the plan, and as many requests as there are. */
export interface LoadReach extends Pick<TargetClientOptions, 'addresses' | 'connect'> {
  readonly mostRequests?: number;
}

/** What is asked about each case, and what it is compared with. Whatever was opened is added to `closing`. */
export const openSides = async (
  options: Pick<RunOptions, 'plan' | 'fill' | 'secrets' | 'directory' | 'isFresh' | 'baselineRun' | 'ending'>,
  closing: (() => Promise<unknown>)[],
): Promise<OpenSides> => {
  const { plan, fill, secrets, directory, isFresh } = options;
  const clients: TargetClient[] = [];
  const clientOf = (spec: TargetSpec): TargetClient => {
    const random = seededRandom(plan.seed, `second attempts ${clients.length}`);
    const client = targetClient({
      target: filledTarget(spec, fill),
      concurrency: plan.concurrency,
      secrets,
      random,
      ending: options.ending,
    });
    clients.push(client);
    closing.push(client.close);
    return client;
  };
  const candidate: AskedSide = {
    source: calledAnswers(clientOf(plan.target)),
    price: plan.target.price,
    isRecorded: false,
  };
  let baseline: AskedSide | null = null;
  let baselineLabel: EvaluatedTarget | null = null;
  if (plan.baseline?.kind === 'target') {
    const { target } = plan.baseline;
    const digest = targetDigest(target);
    const client = clientOf(target);
    const path = join(directory, 'answers', `${digest.replace('sha256:', '').slice(0, 32)}.jsonl`);
    const cache = isFresh ? null : await openAnswerCache(path);
    if (cache !== null) closing.push(cache.close);
    const source = cache === null ? calledAnswers(client) : cachedAnswers(client, cache);
    baseline = { source, price: target.price, isRecorded: false };
    baselineLabel = { label: target.label, digest };
  } else if (plan.baseline !== null && options.baselineRun !== null) {
    const source = await recordedAnswers(options.baselineRun);
    closing.push(source.close);
    baseline = { source, price: null, isRecorded: true };
    baselineLabel = {
      label: `${source.head.candidate.label} (${source.head.id})`,
      digest: source.head.candidate.digest,
    };
  }
  return { candidate, baseline, clients, baselineLabel, underLoad: {} };
};

/** With every reference to the environment filled in. */
export const filledTarget = (spec: TargetSpec, fill: (text: string) => string): TargetSpec => ({
  ...spec,
  url: fill(spec.url),
  headers: Object.fromEntries(Object.entries(spec.headers).map(([name, value]) => [name, fill(value)])),
  body: fillAll(spec.body, fill),
});

const fillAll = (value: unknown, fill: (text: string) => string): unknown => {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((inner) => fillAll(inner, fill));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillAll(inner, fill)]));
  return value;
};
