import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvocationRecord } from '../../../src/gateway/invocation-log/line.ts';

export interface CandidateInLog {
  /** Requests that were assigned to it, whoever answered in the end. */
  readonly assigned: number;
  /** Of those: it failed and stable answered instead. */
  readonly rescued: number;
  /**
   * From the end of the last response that the control plane can have decided on to the moment the last request was
   * assigned to the candidate; 0 when none was assigned later.
   */
  readonly tippedToLastAssignedMs: number;
}

/** Reads the gateways' own record of one release as a candidate. */
export const candidateInLog = (
  stateDir: string,
  environment: string,
  version: string,
  decidedAtMs: number,
): CandidateInLog => {
  const folder = join(stateDir, 'logs', environment);
  const lines = readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.includes('"kind":"invocation"') && line.includes('"track":"candidate"'))
    .map((line) => JSON.parse(line) as InvocationRecord)
    .filter((line) => line.version === version)
    .map((line) => ({ ...line, startedAtMs: Date.parse(line.at) }));
  const counted = lines
    .map(({ startedAtMs, ms }) => startedAtMs + ms)
    .filter((endMs) => endMs <= decidedAtMs);
  const tippedAtMs = Math.max(...counted);
  const lastAssignedAtMs = Math.max(...lines.map(({ startedAtMs }) => startedAtMs));
  return {
    assigned: lines.length,
    rescued: lines.filter(({ rescued }) => rescued).length,
    tippedToLastAssignedMs: counted.length === 0 ? 0 : Math.max(0, lastAssignedAtMs - tippedAtMs),
  };
};
