import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../../core/digest.ts';
import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';
import { isTidegateError } from '../../errors.ts';
import type { GoldenScan } from '../golden/scan-golden.ts';
import { openRunFile } from '../records/open-run-file.ts';
import { readRunFile } from '../records/read-run-file.ts';
import type { RunProgress } from '../run-evaluation/run-evaluation.ts';
import { runEvaluation } from '../run-evaluation/run-evaluation.ts';
import type { GateJudge } from './gate-judge.ts';
import type { GateRunFile } from './gate-run-file.ts';
import { gateRunFile, gateRunId, runBeside } from './gate-run-file.ts';
import type { OpenedSides, ReleaseSides } from './release-sides.ts';
import { releaseSides } from './release-sides.ts';

export interface ReleaseEvaluation extends ReleaseSides {
  /** Names the gate's work, also after a crash. */
  readonly key: string;
  /** How it is asked and scored; the addresses in it are not used. */
  readonly plan: EvaluationPlan;
  /** What `scanGolden` found in the plan's golden set. */
  readonly scan: GoldenScan;
  readonly judge: GateJudge;
  /** Where runs and kept answers are. */
  readonly directory: string;
  /** Answers of stable that were kept are not used. */
  readonly isFresh: boolean;
  readonly fill: (text: string) => string;
  readonly secrets: readonly string[];
  readonly nowMs: () => number;
  /** Rejects with its reason, after the calls under way were cut. What was answered until then is kept. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/**
 * Evaluates a release, and stable on the same cases, for a gate. The run is kept under the name of the gate's work: after a crash it goes on where it
 * was, and one that had ended is judged without asking again. Behind the run's own summary comes one with the verdict of the gate.
 */
export const evaluateRelease = async (options: ReleaseEvaluation): Promise<EvaluationResult> => {
  const { directory, signal } = options;
  signal.throwIfAborted();
  const id = gateRunId(options.key);
  let file = await gateRunFile(directory, id);
  const sides = releaseSides(options);
  if (file.state === 'damaged') file = runBeside(directory, id, file);
  if (file.state === 'begun')
    await run(options, sides, file).catch(async (error: unknown) => {
      // It was begun under another version of something that is a part of the question.
      if (!isTidegateError(error, 'bad-request')) throw error;
      file = runBeside(directory, id, file);
      await run(options, sides, file);
    });
  else if (file.state === 'new') await run(options, sides, file);
  signal.throwIfAborted();

  const { own, ofGate } = await summariesOf(file.path);
  const { result, requirements } = await options.judge({
    path: file.path,
    summary: own,
    notes: sides.notes(),
  });
  const { verdict } = result;
  const wanted: RunSummary = { ...own, isOfGate: true, verdict, requirements, notes: result.notes };
  // When it was judged before and the ledger did not hear of it, the record stands.
  if (ofGate === null || ofGate.verdict !== verdict) await append(file.path, wanted);
  return { ...result, run: { id: file.id, digest: await fileDigest(file.path) } };
};

const run = async (
  { plan, scan, directory, isFresh, fill, secrets, nowMs, signal, onProgress }: ReleaseEvaluation,
  sides: OpenedSides,
  { id, path, state }: GateRunFile,
): Promise<void> => {
  await runEvaluation({
    plan,
    scan,
    id,
    directory,
    resume: state === 'begun' ? path : null,
    baselineRun: null,
    isFresh,
    fill,
    secrets,
    nowMs,
    signal,
    onProgress: onProgress ?? (() => {}),
    openSides: sides.open,
  });
};

const summariesOf = async (path: string) => {
  let own: RunSummary | null = null;
  let ofGate: RunSummary | null = null;
  for await (const line of readRunFile(path)) {
    if (line.kind !== 'summary') continue;
    if (line.isOfGate === true) ofGate = line;
    else own = line;
  }
  if (own === null) throw new Error(`the evaluation in ${path} ended without a summary`);
  return { own: own as RunSummary, ofGate: ofGate as RunSummary | null };
};

const append = async (path: string, summary: RunSummary): Promise<void> => {
  const file = await openRunFile(path);
  try {
    await file.append(summary);
  } finally {
    await file.close();
  }
};

const fileDigest = async (path: string): Promise<Digest> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return `sha256:${hash.digest('hex')}`;
};
