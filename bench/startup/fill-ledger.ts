import { join } from 'node:path';
import { openLedgerSigner } from '../../src/adapters/sqlite/ledger-signer.ts';
import { openSqliteLedger } from '../../src/adapters/sqlite/sqlite-ledger.ts';
import type { ExternalSpec, ReleaseManifest } from '../../src/core/release/manifest.ts';
import { contentDigest, manifestDigest } from '../../src/core/release/seal.ts';
import { decide } from '../../src/core/rollout/decide.ts';
import type { LaneEvent } from '../../src/core/rollout/events.ts';
import { evolve } from '../../src/core/rollout/evolve.ts';
import type { LaneInput } from '../../src/core/rollout/inputs.ts';
import { emptyLane, type LaneState } from '../../src/core/rollout/state.ts';
import {
  bothGuards,
  canary,
  evaluationResult,
  orderNumber,
  planFor,
} from '../../src/core/rollout/testing/lane.ts';
import { sealedEvent, serviceStream } from '../../src/engine/catalog.ts';
import { encodeLaneEvent } from '../../src/engine/lane-codec.ts';
import { laneStream } from '../../src/engine/lane-key.ts';
import type { NewEvent } from '../../src/ports/ledger.ts';
import { manifestOf } from '../../test/fault/world.ts';

export interface LedgerFill {
  readonly stateDir: string;
  readonly events: number;
  /** Environment whose lanes are filled. */
  readonly environment: string;
  /** Lanes take turns, as services of one machine do. */
  readonly services: number;
}

/** Somebody else runs these releases, so that a start has none of them to start. */
const elsewhere: ExternalSpec = {
  kind: 'external',
  address: 'http://127.0.0.1:9',
  ready: { path: '/', timeoutMs: 10_000 },
  fingerprint: null,
};

interface Lane {
  readonly service: string;
  state: LaneState;
  rollouts: number;
  /** Versions of its two streams. */
  lane: number;
  releases: number;
}

/**
 * Writes the history that the rules themselves produce: releases, canaries with evaluation and evidence, good ends and
 * rollbacks. No rollout is left running. Returns how many events were written.
 */
export const fillLedger = async ({
  stateDir,
  events,
  environment,
  services,
}: LedgerFill): Promise<number> => {
  const signer = await openLedgerSigner({ file: join(stateDir, 'keys', 'ledger.pem'), name: 'tidegate' });
  const ledger = await openSqliteLedger({ directory: join(stateDir, 'ledger'), signer });
  const lanes: Lane[] = Array.from({ length: services }, (_, index) => ({
    service: `service-${index}`,
    state: emptyLane,
    rollouts: 0,
    lane: 0,
    releases: 0,
  }));
  let written = 0;
  let atMs = 1_750_000_000_000;
  while (written < events) {
    for (const lane of lanes) {
      const manifest: ReleaseManifest = {
        ...manifestOf(`1.${lane.rollouts}.0`, lane.service),
        serving: elsewhere,
      };
      const record = {
        release: manifestDigest(manifest),
        content: contentDigest(manifest),
        manifest,
        signature: null,
      };
      const history = playRollout(lane, record.release, manifest.version, () => (atMs += 1_000));
      const releases = sealedEvent(record, atMs, 'ann');
      await ledger.append(serviceStream(lane.service), lane.releases, [releases]);
      await ledger.append(laneStream({ service: lane.service, environment }), lane.lane, history);
      lane.releases += 1;
      lane.lane += history.length;
      lane.rollouts += 1;
      written += history.length + 1;
      if (written >= events) break;
    }
  }
  await ledger.close();
  return written;
};

/** One rollout from its start to its end; every fifth is rolled back. The replicas are gone afterwards. */
const playRollout = (
  lane: Lane,
  release: `sha256:${string}`,
  releaseVersion: string,
  tick: () => number,
): NewEvent[] => {
  const written: NewEvent[] = [];
  const rollout = `ro_${lane.service}_${lane.rollouts}`;
  const isFirst = lane.state.stable === null;
  const plan = planFor({ firstRelease: isFirst, strategy: canary([0.05, 0.25, 0.5, 1]) });
  const send = (input: Record<string, unknown>): void => {
    const full = { ...input, atMs: tick(), actor: 'ann' } as unknown as LaneInput;
    const decision = decide(lane.state, full);
    if (!decision.ok) throw new Error(decision.refusal.detail);
    for (const event of decision.events) {
      written.push(encodeLaneEvent(event as LaneEvent, full.atMs, full.actor));
      lane.state = evolve(lane.state, { event, atMs: full.atMs, actor: full.actor, seq: lane.state.seq + 1 });
    }
  };
  const replicas = (of: string, ready: number, wanted: number): void =>
    send({
      type: 'workload',
      release: of,
      addresses: Array.from({ length: ready }, (_, index) => `http://127.0.0.1:${21_000 + index}`),
      ready,
      wanted,
      failure: null,
    });
  const order = orderNumber(0, plan, { rollout, release, releaseVersion });
  send({ type: 'start', order, whenRunning: 'supersede' });
  replicas(release, 1, 2);
  replicas(release, 2, 2);
  const isBad = lane.rollouts % 5 === 4;
  for (let look = 0; look < 400 && lane.state.rollout !== null; look += 1) {
    const { stage } = lane.state.rollout;
    if (stage === 0 && lane.state.rollout.gates[0] === undefined)
      send({
        type: 'gate-outcome',
        rollout,
        release,
        stage,
        gate: 0,
        result: { kind: 'evaluation', result: evaluationResult('pass') },
      });
    const readings = stage < 1 ? [] : bothGuards(isBad && stage === 2 ? 'crossed' : 'passed');
    send({ type: 'look', rollout, stage, readings });
  }
  if (lane.state.rollout !== null) throw new Error(`${rollout} does not end.`);
  for (const of of Object.keys(lane.state.workloads))
    if (of !== lane.state.stable?.release) replicas(of, 0, 0);
  return written;
};
