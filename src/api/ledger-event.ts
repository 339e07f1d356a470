import { parseLaneStream } from '../engine/lane-key.ts';
import type { StoredEvent } from '../ports/ledger.ts';
import type { LedgerEvent } from './schemas/ledger.ts';

/** A record with the names it is about taken out of its stream. */
export const ledgerEvent = (stored: StoredEvent): LedgerEvent => {
  const lane = parseLaneStream(stored.stream);
  const service =
    lane?.service ?? (stored.stream.startsWith('service/') ? stored.stream.slice('service/'.length) : null);
  return { ...stored, service, environment: lane?.environment ?? null };
};

export interface EventFilter {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly rollout?: string | undefined;
  readonly sinceMs?: number | undefined;
}

export const matchesFilter = (event: LedgerEvent, filter: EventFilter): boolean =>
  (filter.service === undefined || event.service === filter.service) &&
  (filter.environment === undefined || event.environment === filter.environment) &&
  (filter.sinceMs === undefined || event.atMs >= filter.sinceMs) &&
  (filter.rollout === undefined || rolloutOf(event.data) === filter.rollout);

const rolloutOf = (data: unknown): unknown => {
  if (typeof data !== 'object' || data === null) return undefined;
  const { rollout, order } = data as { rollout?: unknown; order?: { rollout?: unknown } };
  return rollout ?? order?.rollout;
};
