import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { inferenceResponse, parseInferenceRequest } from './lib/inference-protocol.ts';
import type { LiveMail } from './traffic/live-mails.ts';
import { startTraffic } from './traffic.ts';

/** A gateway in small: labels by one word, answers after a while, keeps what it is told. */
interface Gateway {
  url: string;
  server: Server;
  reports: { invocation: string; outcome: string; label: string; delayMs: number }[];
  users: Set<string>;
  keys: Set<string | undefined>;
}

let gateway: Gateway | undefined;

afterEach(() => {
  gateway?.server.closeAllConnections();
  gateway?.server.close();
});

async function startGateway(answer: {
  delayMs?: number;
  status?: (request: number) => number;
}): Promise<Gateway> {
  const answeredAtMs = new Map<string, number>();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      state.keys.add(request.headers.authorization);
      if (request.url === '/v1/feedback') {
        const report = JSON.parse(body) as { invocation: string; outcome: string; label: string };
        state.reports.push({ ...report, delayMs: performance.now() - answeredAtMs.get(report.invocation)! });
        response.writeHead(202).end();
        return;
      }
      const number = requests++;
      const parsed = parseInferenceRequest(body);
      if (request.url !== '/v2/models/spam-filter/infer' || parsed.type === 'invalid') {
        response.writeHead(400).end();
        return;
      }
      state.users.add(String(request.headers['x-user-id']));
      setTimeout(() => {
        const invocation = `invocation-${number}`;
        answeredAtMs.set(invocation, performance.now());
        response.writeHead(answer.status?.(number) ?? 200, {
          'tidegate-release': number % 2 === 0 ? '1.0.0' : '1.1.0',
          'tidegate-invocation': invocation,
        });
        response.end(JSON.stringify(inferenceResponse([parsed.mails[0]!.includes('money') ? 1 : 0], 0.5)));
      }, answer.delayMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: Gateway = { url, server, reports: [], users: new Set(), keys: new Set() };
  return state;
}

/** A quarter of these is labelled wrongly by a gateway that looks for "money". */
const MAILS: LiveMail[] = [
  { text: 'Subject: money\n\nfast', label: 'spam' },
  { text: 'Subject: money\n\nback from lunch', label: 'ham' },
  { text: 'Subject: notes\n\nof the meeting', label: 'ham' },
  { text: 'Subject: lunch\n\nat noon?', label: 'ham' },
];

const sleep = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

test('counts right and wrong answers by release and reports the true label of a share of them, later', async () => {
  gateway = await startGateway({});
  const traffic = startTraffic({
    url: gateway.url,
    rate: 200,
    feedbackShare: 0.5,
    feedbackDelayMs: 150,
    users: 10,
    apiKey: 'key',
    mails: MAILS,
  });
  await sleep(1_500);
  const stats = await traffic.stop();

  expect(Object.keys(stats.byRelease).sort()).toEqual(['1.0.0', '1.1.0']);
  const releases = Object.values(stats.byRelease);
  const wrong = releases.reduce((sum, release) => sum + release.wrong, 0);
  expect(releases.reduce((sum, release) => sum + release.correct + release.wrong, 0)).toBe(stats.sent);
  expect(wrong / stats.sent).toBeGreaterThan(0.15);
  expect(wrong / stats.sent).toBeLessThan(0.35);
  expect(stats).toMatchObject({
    answered: stats.sent,
    connectionErrors: 0,
    pending: 0,
    byStatus: { 200: stats.sent },
  });

  const share = gateway.reports.length / stats.sent;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.65);
  expect(stats.feedback).toEqual({ accepted: gateway.reports.length, failed: 0 });
  expect(Math.min(...gateway.reports.map((report) => report.delayMs))).toBeGreaterThan(140);
  expect(new Set(gateway.reports.map((report) => `${report.outcome} ${report.label}`))).toEqual(
    new Set(['good spam', 'bad ham', 'good ham']),
  );
  expect(gateway.users.size).toBe(10);
  expect(gateway.keys).toEqual(new Set(['Bearer key']));
});

test('keeps its schedule while the service is slow', async () => {
  gateway = await startGateway({ delayMs: 800 });
  const traffic = startTraffic({ url: gateway.url, rate: 100, feedbackShare: 0, mails: MAILS });
  await sleep(600);
  const { sent, answered } = traffic.stats();
  expect(answered).toBe(0);
  expect(sent).toBeGreaterThanOrEqual(55);
  const stats = await traffic.stop();
  expect(stats.answered).toBe(stats.sent);
  expect(stats.latency.p50Ms).toBeGreaterThan(780);
});

test('tells errors with an answer from requests without one', async () => {
  gateway = await startGateway({ status: (request) => (request % 2 === 0 ? 503 : 200) });
  const first = startTraffic({ url: gateway.url, rate: 100, feedbackShare: 0, mails: MAILS });
  await sleep(500);
  const failing = await first.stop();
  expect(failing.byRelease['1.0.0']).toMatchObject({ answered: 0 });
  expect(failing.byRelease['1.0.0']!.errors).toBe(failing.byStatus[503]);
  expect(failing.byRelease['1.1.0']).toMatchObject({ errors: 0 });

  gateway.server.closeAllConnections();
  await new Promise((resolve) => gateway!.server.close(resolve));
  const second = startTraffic({ url: gateway.url, rate: 100, feedbackShare: 1, mails: MAILS });
  await sleep(300);
  const refused = await second.stop();
  expect(refused.sent).toBeGreaterThan(20);
  expect(refused).toMatchObject({ answered: 0, connectionErrors: refused.sent, byRelease: {} });
});
