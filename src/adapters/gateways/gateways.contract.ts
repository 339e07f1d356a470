import { describe, expect, it } from 'vitest';
import type { FeedbackReport, Frame, Trip } from '../../core/routing/link.ts';
import type { Generation, RouteTable } from '../../core/routing/table.ts';
import type { Measures } from '../../core/telemetry/measures.ts';
import type { Gateways } from '../../ports/gateways.ts';

/** What a test needs beside the port: gateway processes that do as they are told. */
export interface GatewaysSubject {
  readonly gateways: Gateways;
  /** A process connects; it applies every table it is handed unless that is older than its own. */
  connect(environment: string, boot: string, tripped?: readonly string[]): Promise<void>;
  disconnect(boot: string): Promise<void>;
  sendFrame(boot: string, frame: Frame): void;
  sendTrip(boot: string, trip: Trip): void;
  sendReport(boot: string, report: FeedbackReport): void;
  /** From now on the process answers with this when it is asked. */
  setMeasures(boot: string, measures: Measures): void;
  lose(boot: string): void;
  close(): Promise<void>;
}

const table = (environment: string, seq: number): RouteTable => ({
  version: 1,
  environment,
  generation: { epoch: 1, seq, cut: 0 },
  apiKeys: { required: false, keys: [] },
  services: {},
});
const frame = (seq: number): Frame => ({ type: 'frame', seq, atMs: 1, cohorts: [], traffic: [] });

const measures = (inFlight: number): Measures => ({
  families: [
    { name: 'g', kind: 'gauge', help: 'g', series: [{ labels: { of: 'all' }, value: 1 }] },
    {
      name: 'h',
      kind: 'histogram',
      help: 'h',
      bounds: [1],
      series: [{ labels: {}, value: 3, counts: [1, 2] }],
    },
  ],
  live: {
    startedAtMs: 1,
    inFlight,
    ratePerSecond: 0,
    connections: 0,
    residentBytes: 0,
    leaseAgeMs: null,
    addresses: [],
    addressesLeftOut: 0,
  },
});

async function until(isTrue: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + 3_000;
  while (!isTrue()) {
    if (performance.now() > endsAtMs) throw new Error(`not in time: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What every adapter of the port `Gateways` promises. */
export function gatewaysContract(name: string, open: () => Promise<GatewaysSubject>): void {
  describe(`${name} as gateways`, () => {
    const withSubject = async (
      test: (subject: GatewaysSubject, heard: Heard) => Promise<void>,
    ): Promise<void> => {
      const subject = await open();
      const heard = listenTo(subject.gateways);
      try {
        await test(subject, heard);
      } finally {
        await subject.close();
      }
    };

    it('says what each process counts about itself, and null of one that does not answer', () =>
      withSubject(async ({ gateways, connect, setMeasures }) => {
        await connect('production', 'p1');
        await connect('production', 'p2');
        setMeasures('p1', measures(7));
        const [first, second] = await Promise.all([gateways.measure(200), gateways.measure(200)]);
        expect(first.map((one) => [one.boot, one.measures?.live.inFlight ?? null])).toEqual([
          ['p1', 7],
          ['p2', null],
        ]);
        expect(second).toEqual(first);
        setMeasures('p2', measures(8));
        expect((await gateways.measure(2_000)).map((one) => one.measures?.live.inFlight)).toEqual([7, 8]);
      }));

    it('hands a table to every gateway of its environment and to no other', () =>
      withSubject(async ({ gateways, connect }, heard) => {
        await connect('production', 'p1');
        await connect('production', 'p2');
        await connect('staging', 's1');
        gateways.push(table('production', 4));
        await until(() => heard.applied.length === 2);
        expect(heard.applied.map(({ boot }) => boot).sort()).toEqual(['p1', 'p2']);
        expect(gateways.list().map(({ boot, generation }) => [boot, generation?.seq ?? null])).toEqual([
          ['p1', 4],
          ['p2', 4],
          ['s1', null],
        ]);
      }));

    it('hands the newest table to a gateway that connects late', () =>
      withSubject(async ({ gateways, connect }, heard) => {
        gateways.push(table('production', 1));
        gateways.push(table('production', 3));
        gateways.push(table('production', 2));
        await connect('production', 'late');
        await until(() => heard.applied.length > 0);
        expect(heard.applied).toEqual([{ boot: 'late', seq: 3, accepted: true }]);
      }));

    it('tells of a connection what the gateway says of itself', () =>
      withSubject(async ({ connect }, heard) => {
        await connect('production', 'p1', ['rollout-9']);
        await until(() => heard.hellos.length === 1);
        expect(heard.hellos[0]).toMatchObject({
          environment: 'production',
          boot: 'p1',
          tripped: ['rollout-9'],
        });
      }));

    it('passes on frames, trips and feedback in order', () =>
      withSubject(async ({ connect, sendFrame, sendTrip, sendReport }, heard) => {
        await connect('production', 'p1');
        for (let seq = 1; seq <= 50; seq += 1) sendFrame('p1', frame(seq));
        sendTrip('p1', { type: 'trip', service: 's', rollout: 'r', atMs: 1, cause: 'evidence', detail: '' });
        sendReport('p1', { invocation: 'x', outcome: 'bad' });
        await until(() => heard.reports.length === 1 && heard.trips.length === 1);
        expect(heard.frames).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
        expect(heard.trips).toEqual(['r']);
      }));

    it('shows who is connected, and forgets who is lost', () =>
      withSubject(async ({ gateways, connect, disconnect, lose }, heard) => {
        await connect('production', 'p1');
        await disconnect('p1');
        await until(() => gateways.list()[0]?.connected === false);
        expect(heard.lost).toEqual([]);
        await connect('production', 'p1');
        await until(() => gateways.list()[0]?.connected === true);
        lose('p1');
        await until(() => heard.lost.length === 1);
        expect(heard.lost).toEqual(['p1']);
        expect(gateways.list()).toEqual([]);
      }));

    it('stops telling a listener that has left, and never throws for a gateway that is not there', () =>
      withSubject(async ({ gateways, connect, sendFrame }, heard) => {
        await connect('production', 'p1');
        sendFrame('p1', frame(1));
        await until(() => heard.frames.length === 1);
        heard.leave();
        const second = listenTo(gateways);
        sendFrame('p1', frame(2));
        await until(() => second.frames.length === 1);
        expect(heard.frames).toEqual([1]);
        gateways.stored('nobody', 7);
        gateways.renew('nowhere', { epoch: 1, seq: 1, cut: 0 });
        gateways.push(table('nowhere', 1));
      }));
  });
}

interface Heard {
  readonly hellos: object[];
  readonly applied: { boot: string; seq: number; accepted: boolean }[];
  readonly frames: number[];
  readonly trips: string[];
  readonly reports: FeedbackReport[];
  readonly lost: string[];
  leave(): void;
}

function listenTo(gateways: Gateways): Heard {
  const heard: Heard = {
    hellos: [],
    applied: [],
    frames: [],
    trips: [],
    reports: [],
    lost: [],
    leave: () => leave(),
  };
  const leave = gateways.listen({
    connected: (hello) => heard.hellos.push(hello),
    applied: (_, boot, { seq }: Generation, accepted) => heard.applied.push({ boot, seq, accepted }),
    frame: (_, __, { seq }) => heard.frames.push(seq),
    tripped: (_, __, { rollout }) => heard.trips.push(rollout),
    feedback: (_, report) => heard.reports.push(report),
    lost: (_, boot) => heard.lost.push(boot),
  });
  return heard;
}
