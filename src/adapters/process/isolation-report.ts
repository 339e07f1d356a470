import type { LimitMeans, LimitsReport } from './control-group.ts';
import type { Isolation, IsolationKind } from './isolation.ts';

/** What keeps services apart and in bounds on this machine, for the operator to see at the start. */
export interface IsolationReport {
  readonly processes: IsolationKind;
  readonly memory: LimitMeans;
  readonly cpu: LimitMeans;
  /** One sentence for each thing that is weaker than it could be. */
  readonly notes: readonly string[];
}

export const isolationReport = ({ kind, reason }: Isolation, limits: LimitsReport): IsolationReport => ({
  processes: kind,
  ...limits,
  notes: notesOn(reason, limits),
});

function notesOn(reason: string | null, limits: LimitsReport): string[] {
  const missing = [
    ...(limits.memory === 'not-limited' ? ['memory'] : []),
    ...(limits.cpu === 'not-limited' ? ['CPU'] : []),
  ];
  return [
    ...(reason === null ? [] : [reason]),
    ...(missing.length === 0
      ? []
      : [
          `Limits of ${missing.join(' and ')} are not enforced: no control group can be made here (systemd: Delegate=yes).`,
        ]),
  ];
}
