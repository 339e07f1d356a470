import { type QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { getJson } from './get-json.ts';
import type {
  EnvironmentSummary,
  GatewaySummary,
  LaneView,
  LedgerEvent,
  LiveGatewayStatus,
  ServiceSummary,
} from './shapes.ts';

/** One page of a list of the API. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** How often the lanes are asked for while their changes are streamed: the check that the stream still tells the truth. */
const checkEveryMs = 15_000;
/** And while they are not. */
const pollEveryMs = 2_000;
const seldomMs = 30_000;
/** Most records a timeline shows. */
export const shownEvents = 100;

export const lanesKey = ['lanes'] as const;
export const eventsKey = (environment: string, service: string) => ['events', environment, service] as const;

const lanesQuery = {
  queryKey: lanesKey,
  queryFn: ({ signal }: { signal: AbortSignal }) => allPages<LaneView>('lanes', signal),
};

/** The lanes again, without keeping them fresh: their error tells when one is not logged in (any more). */
export const useLogin = (): UseQueryResult<readonly LaneView[]> => useQuery(lanesQuery);

export const useLanes = (isStreaming: boolean): UseQueryResult<readonly LaneView[]> =>
  useQuery({
    ...lanesQuery,
    refetchInterval: isStreaming ? checkEveryMs : pollEveryMs,
  });

export const useEnvironments = (): UseQueryResult<readonly EnvironmentSummary[]> =>
  useQuery({
    queryKey: ['environments'],
    queryFn: ({ signal }) => allPages<EnvironmentSummary>('environments', signal),
    refetchInterval: seldomMs,
  });

export const useServices = (): UseQueryResult<readonly ServiceSummary[]> =>
  useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => allPages<ServiceSummary>('services', signal),
    refetchInterval: seldomMs,
  });

export const useGateways = (): UseQueryResult<readonly GatewaySummary[]> =>
  useQuery({
    queryKey: ['gateways'],
    queryFn: ({ signal }) => allPages<GatewaySummary>('gateways', signal),
    refetchInterval: seldomMs / 3,
  });

/** The processes are asked each time. */
export const useLiveGateways = (): UseQueryResult<readonly LiveGatewayStatus[]> =>
  useQuery({
    queryKey: ['gateways', 'live'],
    queryFn: ({ signal }) => allPages<LiveGatewayStatus>('gateways/live', signal),
    refetchInterval: seldomMs / 6,
  });

/** What was recorded about a lane, newest first. */
export const useLaneEvents = (
  environment: string,
  service: string,
  isStreaming: boolean,
): UseQueryResult<readonly LedgerEvent[]> =>
  useQuery({
    queryKey: eventsKey(environment, service),
    queryFn: async ({ signal }) => {
      const about = new URLSearchParams({ environment, service, limit: String(shownEvents) });
      return (await getJson<Page<LedgerEvent>>(`events?${about}`, signal)).items;
    },
    refetchInterval: isStreaming ? false : pollEveryMs,
  });

/** Puts a streamed lane in the place of what is known about it, unless that is newer. */
export const takeLane = (client: QueryClient, lane: LaneView): void => {
  client.setQueryData<readonly LaneView[]>(lanesKey, (known) => {
    if (known === undefined) return undefined;
    const isSame = (one: LaneView): boolean =>
      one.service === lane.service && one.environment === lane.environment;
    if (known.some((one) => isSame(one) && one.version > lane.version)) return known;
    return known.some(isSame) ? known.map((one) => (isSame(one) ? lane : one)) : [...known, lane];
  });
};

export const takeEvent = (client: QueryClient, event: LedgerEvent): void => {
  if (event.type === 'release.sealed') void client.invalidateQueries({ queryKey: ['services'] });
  if (event.service === null || event.environment === null) return;
  client.setQueryData<readonly LedgerEvent[]>(eventsKey(event.environment, event.service), (known) =>
    known === undefined || known.some(({ seq }) => seq === event.seq)
      ? known
      : [event, ...known].sort((a, b) => b.seq - a.seq).slice(0, shownEvents),
  );
};

const allPages = async <T>(path: string, signal: AbortSignal): Promise<readonly T[]> => {
  const items: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: '1000', ...(cursor === null ? {} : { cursor }) });
    const page: Page<T> = await getJson<Page<T>>(`${path}?${query}`, signal);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};
