import { type FaultName, faultWeights } from '../../src/simulator/system/generate-faults.ts';

/** What the workload must reach, by the names of `Occurrences`. */
export const faults = Object.keys(faultWeights) as FaultName[];

export const wishes = [
  'ship',
  'promote',
  'rollback',
  'approve',
  'pause',
  'resume',
  'advance',
  'abort',
  'create-key',
  'revoke-key',
] as const;

export const strategies = ['canary', 'shadow', 'blue-green', 'rolling', 'all-at-once', 'stages'] as const;

/** In one of thirty scenarios at least. */
export const common: readonly string[] = [
  ...[...strategies, 'first-release', 'rollback'].map((name) => `strategy: ${name}`),
  ...['completed', 'rolled-back', 'rejected', 'superseded', 'aborted'].map((name) => `ended: ${name}`),
  ...['guard', 'gate', 'workload', 'person', 'superseded'].map((name) => `ended because: ${name}`),
  ...['person', 'timeout'].map((name) => `paused: ${name}`),
  ...['candidate: pulled', 'rollout: queued', 'rollout: started after it waited', 'rollout: resumed'],
  ...['gate: approval passed', 'gate: evidence passed', 'gate: soak passed', 'stage: entered by a person'],
  ...['gateway: serves a table from disk', 'gateway: stable rescues a request', 'gateway: mirrors'],
  'gateway: outside the audience',
  ...['routes: cut before the record', 'control plane: two at once', 'kind: promote', 'kind: rollback'],
];

/** In one of two hundred scenarios at least. */
export const rare: readonly string[] = [
  ...['trip-wire', 'override'].map((name) => `ended because: ${name}`),
  ...['gate-unknown', 'sample-ratio'].map((name) => `paused: ${name}`),
  ...['candidate: restored', 'gate: command failed', 'gate: command unknown', 'kind: promoted by itself'],
  ...['gateway: lease ran out', 'gateway: share ceiling binds'],
  ...['gateway: trip wire keeps the candidate off', 'tripped: evidence', 'tripped: unreachable'],
  ...['done: abort, record owed', 'done: rollback, record owed'],
];
