import type { LoadFinding } from '../../core/evaluation/run/run-record.ts';

/** Sends later than this say that the machine which measures was too busy itself. */
const LATE_MS = 50;

/** What a reader must know beside the figures of a load stage: one sentence for each part, and one for each doubt. */
export const loadNotes = (findings: readonly LoadFinding[]): string[] =>
  findings.flatMap((finding) => {
    const { missed, lateMs, stoppedBy } = finding;
    const name = partName(finding);
    const errors = Object.entries(finding.errors).sort(([, a], [, b]) => b - a);
    const failed = errors.reduce((sum, [, count]) => sum + count, 0);
    const counts = [
      `${finding.sent} sent`,
      `${finding.answered} answered`,
      ...(failed > 0
        ? [`${failed} in error (${errors.map(([reason, count]) => `${count} ${reason}`).join(', ')})`]
        : []),
      ...(missed > 0 ? [`${missed} not sent because too many were under way`] : []),
    ].join(', ');
    const when = `${seconds(finding.warmUpMs)} of warm-up and ${seconds(finding.durationMs)} measured`;
    return [
      `load, ${name}: ${when}: ${counts}`,
      ...(finding.fallsBehind || missed > 0
        ? [`load, ${name}: the target did not keep up, so its latencies depend on how long the load lasted`]
        : []),
      ...(lateMs !== null && finding.part === 'open' && lateMs.p99 > LATE_MS
        ? [
            `load, ${name}: this machine was late itself (1 request in 100 by ${Math.round(lateMs.p99)} ms or more), which counts as latency`,
          ]
        : []),
      ...(stoppedBy === null
        ? []
        : [
            `load, ${name}: it was ${stoppedBy === 'budget' ? 'ended by the budget' : 'interrupted'}, so it has no figures`,
          ]),
    ];
  });

export const partName = ({
  part,
  ratePerSecond,
  callers,
}: Pick<LoadFinding, 'part' | 'ratePerSecond' | 'callers'>): string =>
  part === 'open'
    ? `${ratePerSecond} requests a second`
    : `${callers} ${callers === 1 ? 'caller' : 'callers'}`;

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
