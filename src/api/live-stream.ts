import type { SSEStreamingApi } from 'hono/streaming';
import type { LaneKey } from '../engine/lane-key.ts';
import { laneStream } from '../engine/lane-key.ts';
import type { ApiPorts } from './api-ports.ts';
import { ledgerEvent, matchesFilter } from './ledger-event.ts';

export interface LiveFilter {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

const laneEveryMs = 250;
const heartbeatEveryMs = 15_000;
const pageOfEvents = 500;

/**
 * Writes what happens until the reader leaves: each record of the ledger once and in order, starting after `afterSeq`,
 * and each lane whenever it looks different, at most four times a second. A slow reader gets fewer lanes, never fewer
 * records. The engine's calls only ring the bell; the records themselves are always read from the ledger, so none is
 * missed or out of order.
 */
export const writeLive = async (
  out: SSEStreamingApi,
  { engine, ledger, clock }: Pick<ApiPorts, 'engine' | 'ledger' | 'clock'>,
  filter: LiveFilter,
  afterSeq: number,
): Promise<void> => {
  const bell = openBell();
  let seq = afterSeq;
  let lanesDueAtMs = 0;
  let heartbeatDueAtMs = clock.nowMs() + heartbeatEveryMs;
  const shown = new Map<string, string>();
  const dirty = new Set<string>();

  const isWanted = ({ service, environment }: LaneKey): boolean =>
    (filter.service === undefined || filter.service === service) &&
    (filter.environment === undefined || filter.environment === environment);

  const markAll = (): void => {
    for (const lane of engine.lanes()) if (isWanted(lane)) dirty.add(laneStream(lane));
  };

  const writeEvents = async (): Promise<void> => {
    for (;;) {
      const page = await ledger.readAll(seq, pageOfEvents);
      for (const stored of page) {
        seq = stored.seq;
        const event = ledgerEvent(stored);
        if (matchesFilter(event, filter))
          await out.writeSSE({ event: 'ledger', id: String(seq), data: JSON.stringify(event) });
      }
      if (page.length < pageOfEvents || out.aborted) return;
    }
  };

  const writeLanes = async (): Promise<void> => {
    const due = engine.lanes().filter((lane) => dirty.has(laneStream(lane)));
    dirty.clear();
    for (const lane of due) {
      const text = JSON.stringify(lane);
      if (shown.get(laneStream(lane)) === text) continue;
      shown.set(laneStream(lane), text);
      await out.writeSSE({ event: 'lane', data: text });
    }
  };

  const unwatch = engine.watch((key, event) => {
    const wasClean = dirty.size === 0;
    if (key === null) markAll();
    else if (isWanted(key)) dirty.add(laneStream(key));
    // Readings move twenty times a second; a wait that already ends in time for the lanes need not be cut short.
    if (event !== null || wasClean) bell.ring();
  });
  out.onAbort(() => {
    unwatch();
    bell.ring();
  });

  try {
    // Gives the reader an id to come back with, also when nothing has happened before it loses the connection.
    await out.writeSSE({ event: 'start', id: String(seq), data: JSON.stringify({ seq }) });
    markAll();
    while (!out.aborted) {
      await writeEvents();
      if (clock.nowMs() >= lanesDueAtMs) {
        await writeLanes();
        lanesDueAtMs = clock.nowMs() + laneEveryMs;
      }
      if (clock.nowMs() >= heartbeatDueAtMs) {
        await out.write(': still here\n\n');
        heartbeatDueAtMs = clock.nowMs() + heartbeatEveryMs;
      }
      if (out.aborted) return;
      const wakeAtMs = dirty.size > 0 ? Math.min(lanesDueAtMs, heartbeatDueAtMs) : heartbeatDueAtMs;
      const cancel = clock.after(Math.max(1, wakeAtMs - clock.nowMs()), () => bell.ring());
      await bell.rung();
      cancel();
    }
  } finally {
    unwatch();
  }
};

/** Wakes whoever waits, or whoever waits next. */
const openBell = () => {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      isRung = true;
      wake?.();
    },
    async rung(): Promise<void> {
      if (!isRung) await new Promise<void>((resolve) => (wake = resolve));
      isRung = false;
      wake = null;
    },
  };
};
