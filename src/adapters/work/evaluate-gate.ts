import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import type { EvaluationSpec, ReleaseManifest } from '../../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../../core/release/seal.ts';
import { TidegateError } from '../../errors.ts';
import { evaluateRelease } from '../../evaluate/gate/evaluate-release.ts';
import type { EvaluatedRelease } from '../../evaluate/gate/evaluated-release.ts';
import { gateRunId } from '../../evaluate/gate/gate-run-file.ts';
import type { Blobs } from '../../ports/blobs.ts';
import type { EvaluationOrder } from '../../ports/work.ts';
import { tlsConnector } from '../../registry/tls-connector.ts';
import { fileExamination, placeEvaluationFile } from './file-examination.ts';
import { labelExamination } from './label-examination.ts';

export interface GateEvaluation {
  readonly order: EvaluationOrder;
  readonly blobs: Blobs;
  /** Where runs and kept answers are. */
  readonly directory: string;
  /** Releases are kept from the control plane by users of their own, so nothing that they bring may run as its user. */
  readonly isIsolated: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs the sealed evaluation of a release against its replicas, and against stable's on the same cases.
 * @throws TidegateError `evaluation-unusable`, `config-invalid`, `blob-corrupt`, `blob-missing`, `disk-full`
 */
export const evaluateGate = async (gate: GateEvaluation): Promise<EvaluationResult> => {
  const { order, blobs, directory, signal } = gate;
  const { manifest } = order;
  const spec = manifest.evaluation;
  if (spec === null)
    throw new TidegateError(
      'evaluation-unusable',
      `${manifest.service} ${manifest.version} has no golden set.`,
    );
  if (order.candidate.length === 0)
    throw new TidegateError('evaluation-unusable', 'No replica of the release answers.');
  const workplace = join(directory, 'work', gateRunId(order.key));
  try {
    await rm(workplace, { recursive: true, force: true });
    await mkdir(workplace, { recursive: true, mode: 0o700 });
    if (spec.file !== undefined) await placeEvaluationFile(spec.file, blobs, workplace);
    const golden = join(workplace, spec.file?.golden ?? 'golden.jsonl');
    await mkdir(join(golden, '..'), { recursive: true });
    await pipeline(blobs.open(spec.golden.digest), createWriteStream(golden, { mode: 0o600 }));
    const examined = { order, spec, workplace, golden, seed: seedOf(order.key), isIsolated: gate.isIsolated };
    return await evaluateRelease({
      ...(spec.file === undefined ? await labelExamination(examined) : await fileExamination(examined)),
      key: order.key,
      candidate: candidateOf(order, spec, manifest),
      stable: stableOf(order, spec),
      directory,
      nowMs: Date.now,
      signal,
    });
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
};

const candidateOf = (
  { candidate }: EvaluationOrder,
  { timeoutMs }: EvaluationSpec,
  manifest: ReleaseManifest,
): EvaluatedRelease => {
  const { serving } = manifest;
  return {
    label: `${manifest.service} ${manifest.version}`,
    digest: manifestDigest(manifest),
    addresses: candidate,
    surroundings: null,
    ...(serving.kind === 'external' && serving.tls && { connect: tlsConnector(serving.tls, timeoutMs) }),
  };
};

const stableOf = (
  { stable, manifest, environment }: EvaluationOrder,
  { timeoutMs }: EvaluationSpec,
): EvaluatedRelease | null =>
  stable === null
    ? null
    : {
        label: `${manifest.service} ${stable.version}`,
        digest: stable.release,
        addresses: stable.addresses,
        // Overlays give a release other variables elsewhere. What somebody else runs may change under the same digest.
        surroundings: stable.isExternal ? null : environment,
        ...(stable.tls && { connect: tlsConnector(stable.tls, timeoutMs) }),
      };

/** The same gate of the same rollout draws the same numbers, also when it runs again after a crash. */
const seedOf = (key: string): number =>
  Number.parseInt(digestOf(new TextEncoder().encode(key)).slice('sha256:'.length, 'sha256:'.length + 8), 16);
