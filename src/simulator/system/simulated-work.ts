import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import { manifestDigest } from '../../core/release/seal.ts';
import type { Work } from '../../ports/work.ts';
import type { RandomSource } from './random-source.ts';
import type { ReleaseSetup } from './scenario.ts';
import type { Report } from './violation.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Gate work that was really carried out, by the key of the job. */
export interface WorkLog {
  readonly evaluations: { readonly key: string; readonly release: string; readonly verdict: string }[];
  readonly commands: { readonly key: string; readonly release: string; exitCode: number | null }[];
}

/** The world outside as one control plane reaches it: it takes time, and its outcome follows from how a release is. */
export const openSimulatedWork = (parts: {
  readonly time: VirtualTime;
  readonly random: RandomSource;
  readonly log: WorkLog;
  readonly isDead: () => boolean;
  readonly setupOf: (release: string) => ReleaseSetup | null;
  /** The release that answers at an address. */
  readonly releaseAt: (address: string) => string | null;
  /** A command is about to run; the world may say that it must not. */
  readonly commandStarts: (key: string) => void;
  readonly report: Report;
}): Work => {
  const { time, random, log } = parts;
  const takes = (lowMs: number, highMs: number): Promise<void> =>
    new Promise((resolve) => {
      time.after(random.between(lowMs, highMs), () => {
        // What a process was waiting for when it died is carried out by nobody.
        if (!parts.isDead()) resolve();
      });
    });

  return {
    async prepare() {
      await takes(1, 30);
      return { directory: '/sealed' };
    },
    async evaluate({ key, manifest, candidate, stable }, signal) {
      const release = manifestDigest(manifest);
      const setup = parts.setupOf(release);
      for (const [addresses, expected] of [
        [candidate, release],
        [stable?.addresses ?? [], stable?.release],
      ] as const)
        for (const address of addresses) {
          const answering = parts.releaseAt(address);
          if (answering !== null && answering !== expected)
            parts.report('I6', `evaluation ${key} asks ${address}, which is ${answering}, for ${expected}`);
        }
      await takes(20, 700);
      signal.throwIfAborted();
      const verdict = setup?.evaluation ?? 'fail';
      log.evaluations.push({ key, release, verdict });
      return evaluationResult(verdict);
    },
    async command({ key, manifest }, signal) {
      const release = manifestDigest(manifest);
      parts.commandStarts(key);
      const run = { key, release, exitCode: null as number | null };
      log.commands.push(run);
      await takes(10, 600);
      // As the real one, which kills what it started.
      if (signal.aborted) return { exitCode: null, output: 'killed' };
      run.exitCode = parts.setupOf(release)?.commandExitCode ?? 1;
      return { exitCode: run.exitCode, output: '' };
    },
    probe: async () => true,
    fingerprint: async () => null,
  };
};

const evaluationResult = (verdict: EvaluationResult['verdict']): EvaluationResult => ({
  verdict,
  golden: 'sha256:golden',
  cases: 10,
  errors: 0,
  metrics: [],
  requirements: [],
  comparedWith: null,
  notes: [],
});
