import type { Generation } from '../../core/routing/table.ts';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { Refused } from './refused.ts';

/** The state of a process that belongs to no release. */
export interface GatewayFigures {
  readonly generation: Generation | null;
  readonly leaseAgeMs: number | null;
  readonly inFlight: number;
  readonly connections: number;
  readonly mirrorsWaiting: number;
  readonly candidatesStopped: number;
  readonly isLinked: boolean;
  readonly limits: {
    readonly waiting: number;
    readonly limited: number;
    readonly spent: number;
    readonly overloaded: number;
  };
  readonly log: { readonly written: number; readonly waiting: number; readonly dropped: number };
  readonly refused: Readonly<Refused>;
}

export function gatewaySeries(figures: GatewayFigures): SeriesFamily[] {
  const { generation, leaseAgeMs, limits, log, refused } = figures;
  const gauge = (name: string, help: string, value: number | null): SeriesFamily => ({
    name,
    kind: 'gauge',
    help,
    series: value === null ? [] : [{ labels: {}, value }],
  });
  const counter = (name: string, help: string, value: number): SeriesFamily => ({
    name,
    kind: 'counter',
    help,
    series: [{ labels: {}, value }],
  });
  return [
    {
      name: 'tidegate_gateway_generation',
      kind: 'gauge',
      help: 'The route table in force: epoch, sequence number in the ledger, cuts.',
      series:
        generation === null
          ? []
          : (['epoch', 'seq', 'cut'] as const).map((part) => ({ labels: { part }, value: generation[part] })),
    },
    gauge(
      'tidegate_gateway_lease_age_seconds',
      'Since a control plane last stood by the exposure of candidates. Absent: not since the start.',
      leaseAgeMs === null ? null : leaseAgeMs / 1000,
    ),
    gauge(
      'tidegate_gateway_linked',
      'Whether the process has a connection to the control plane.',
      figures.isLinked ? 1 : 0,
    ),
    gauge('tidegate_gateway_requests_in_flight', 'Invocations that are worked on.', figures.inFlight),
    gauge('tidegate_gateway_connections', 'Open connections of clients.', figures.connections),
    gauge('tidegate_mirrors_waiting', 'Copies of requests that wait to be sent.', figures.mirrorsWaiting),
    gauge(
      'tidegate_candidates_stopped',
      'Candidates that this process has stopped by itself.',
      figures.candidatesStopped,
    ),
    {
      name: 'tidegate_requests_refused',
      kind: 'counter',
      help: 'Requests that got a problem without a release being asked, by its code.',
      series: [
        ...Object.entries(refused).map(([reason, value]) => ({ labels: { reason }, value })),
        { labels: { reason: 'rate-limited' }, value: limits.limited },
        { labels: { reason: 'budget-spent' }, value: limits.spent },
        { labels: { reason: 'overloaded' }, value: limits.overloaded },
      ],
    },
    gauge('tidegate_limits_waiting', 'Requests that wait until they may be worked on.', limits.waiting),
    counter('tidegate_invocation_log_lines', 'Lines that were written.', log.written),
    counter('tidegate_invocation_log_drops', 'Lines that were lost.', log.dropped),
    gauge('tidegate_invocation_log_waiting', 'Lines that are not written yet.', log.waiting),
  ];
}
