import type { LaneView, RolloutView } from '../../api/schemas/lane-view.ts';
import type { GuardReading } from '../../core/evidence/guard-reading.ts';

export const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0);

const digest = (letter: string): `sha256:${string}` => `sha256:${letter.repeat(64)}`;

const outcomes = {
  stable: { started: 4_102, bad: 12, good: 4_090, pending: 0, badShare: 12 / 4_102 },
  candidate: { started: 460, bad: 1, good: 454, pending: 5, badShare: 1 / 455 },
};

export const guardReading: GuardReading = {
  guard: 'errors',
  marginShare: 0.02,
  rollout: outcomes,
  stage: outcomes,
  rollback: { rule: 'compare', logE: 1.2, logThreshold: 8.5, crossed: false, blind: false },
  advance: {
    rule: 'compare',
    logE: 2.1,
    logThreshold: 3,
    passed: false,
    waitingFor: 'not-enough-evidence',
    moreRequests: 386,
    moreCandidateRequests: 39,
  },
};

/** A canary in the middle of its second stage, with fixed numbers. */
export const canaryLane = (rollout: Partial<RolloutView> = {}): LaneView => {
  const stage = (name: string, share: number) => ({
    name,
    exposure: { share, mirrorShare: 0, replicas: null },
    gates: [{ type: share === 0 ? ('evaluation' as const) : ('evidence' as const) }],
    minimumMs: 0,
    timeoutMs: null,
  });
  const traffic = (release: string, track: 'stable' | 'candidate', answered: number, failed: number) => ({
    service: 'spam-filter',
    release: digest(release),
    releaseVersion: release === 'a' ? '1.0.0' : '1.1.0',
    track,
    answered,
    failed,
    rescued: track === 'candidate' ? failed : 0,
    clientErrors: 0,
    feedbackGood: 0,
    feedbackBad: 0,
    mirrorDropped: 0,
    latency: { count: answered, p50Ms: 1.1, p95Ms: 3.2, p99Ms: 4.26 },
    lastAssignedAtMs: nowMs,
  });
  return {
    service: 'spam-filter',
    environment: 'production',
    version: 12,
    gateway: 'http://127.0.0.1:7081',
    stable: { release: digest('a'), releaseVersion: '1.0.0', sinceMs: nowMs - 3_600_000, rollout: 'ro_1' },
    history: [],
    queue: [],
    workloads: [
      { release: digest('b'), addresses: ['http://127.0.0.1:4101'], ready: 2, wanted: 2, failure: null },
    ],
    traffic: [traffic('a', 'stable', 4_102, 12), traffic('b', 'candidate', 460, 1)],
    ended: [],
    rollout: {
      order: {
        rollout: 'ro_2',
        kind: 'ship',
        release: digest('b'),
        releaseVersion: '1.1.0',
        plan: {
          strategy: 'canary',
          stages: [stage('evaluate', 0), stage('10 %', 0.1), stage('50 %', 0.5), stage('100 %', 1)],
          guards: [{ name: 'errors', marginShare: 0.02, boundShare: null }],
          alpha: { rollback: 0.001, advance: 0.05 },
          evaluation: null,
          leaseMs: 120_000,
          policy: digest('c'),
        },
        salt: 'salt',
        origin: null,
        slow: { limitMs: 100, from: 'service' },
        reason: null,
      },
      actor: 'admin (jane)',
      baseline: { release: digest('a'), releaseVersion: '1.0.0' },
      startedAtMs: nowMs - 100_000,
      stage: 1,
      stageEnteredAtMs: nowMs - 72_000,
      gates: {},
      approvals: [],
      paused: null,
      pulled: null,
      pulls: 0,
      isSplitAccepted: false,
      passed: [
        {
          stage: 0,
          enteredAtMs: nowMs - 98_000,
          leftAtMs: nowMs - 72_000,
          gates: {
            0: {
              openedAtMs: null,
              outcome: 'passed',
              evidence: {
                kind: 'evaluation',
                result: {
                  verdict: 'pass',
                  golden: 'golden',
                  cases: 420,
                  errors: 0,
                  metrics: [
                    {
                      metric: 'accuracy',
                      value: 0.983,
                      low: 0.966,
                      high: 0.992,
                      confidence: 0.95,
                      n: 420,
                      method: 'wilson',
                      stable: null,
                    },
                  ],
                  requirements: [],
                  comparedWith: null,
                  notes: [],
                },
              },
            },
          },
        },
      ],
      verdict: {
        kind: 'hold',
        untilMs: null,
        waitingFor: [
          {
            on: 'evidence',
            guard: 'errors',
            reason: 'not-enough-evidence',
            moreRequests: 400,
            moreCandidateRequests: 40,
          },
        ],
      },
      readings: [guardReading],
      metrics: [],
      leftOut: { failingKeys: 0, atCeiling: 0, overflowed: 0, unfollowed: 0, unfollowedKeys: 0 },
      ...rollout,
    },
  };
};
