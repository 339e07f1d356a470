import { join } from 'node:path';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';
import { isTidegateError } from '../../errors.ts';
import { listRuns } from '../records/find-run.ts';
import { readRunFile } from '../records/read-run-file.ts';

export interface GateRunFile {
  readonly id: string;
  readonly path: string;
  /** `begun`: it was killed or interrupted, and can go on. `ended`: every case was asked, or something but a person stopped it. */
  readonly state: 'new' | 'begun' | 'ended' | 'damaged';
}

/** The id of the run of a gate: the rollout's, so that it is found by that, with stage and gate. */
export const gateRunId = (jobKey: string): string => jobKey.replaceAll('/', '-');

/** The newest run of a gate; it has a number behind its id when the runs before could not go on. */
export const gateRunFile = async (directory: string, id: string): Promise<GateRunFile> => {
  const newest = Math.max(0, ...listRuns(directory).map((name) => numberOf(name, id)));
  if (newest === 0) return named(directory, id, 1, 'new');
  const found = named(directory, id, newest, 'begun');
  let summary: RunSummary | null = null;
  try {
    for await (const line of readRunFile(found.path)) if (line.kind === 'summary') summary = line;
  } catch (error) {
    if (isTidegateError(error, 'run-file-broken')) return { ...found, state: 'damaged' };
    throw error;
  }
  return summary === null || summary.stoppedBy === 'interrupted' ? found : { ...found, state: 'ended' };
};

/** A run beside one that cannot go on. */
export const runBeside = (directory: string, id: string, { id: before }: GateRunFile): GateRunFile =>
  named(directory, id, numberOf(before, id) + 1, 'new');

const named = (directory: string, id: string, number: number, state: GateRunFile['state']): GateRunFile => {
  const name = number === 1 ? id : `${id}.${number}`;
  return { id: name, path: join(directory, `${name}.jsonl`), state };
};

/** 1 for the id itself, n for `id.n`, 0 for every other. */
const numberOf = (name: string, id: string): number => {
  if (name === id) return 1;
  const rest = name.startsWith(`${id}.`) ? name.slice(id.length + 1) : '';
  return /^[1-9]\d{0,8}$/.test(rest) ? Number(rest) : 0;
};
