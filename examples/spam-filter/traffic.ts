import { Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { createLatencyHistogram } from './traffic/latency-histogram.ts';
import { type LiveMail, liveMails } from './traffic/live-mails.ts';
import { type JsonAnswer, postJson } from './traffic/post-json.ts';
import type { ReleaseStats, TrafficStats } from './traffic/traffic-stats.ts';
import { randomFrom } from './training/seeded-random.ts';

export interface TrafficOptions {
  /** Where the service answers, such as `http://127.0.0.1:7081`. */
  url: string;
  /** Requests per second. Default 400. */
  rate?: number;
  /** Share of answers, 0 to 1, whose true label is reported. Default 0.3. */
  feedbackShare?: number;
  /** From an answer to its report. Default 2,000. */
  feedbackDelayMs?: number;
  /** Sent as `authorization: Bearer KEY`. */
  apiKey?: string;
  /** Size of the pool the header `x-user-id` is drawn from. Default 2,000. */
  users?: number;
  /** A request without an answer after this long counts as a connection error. Default 10,000. */
  requestTimeoutMs?: number;
  /** Which mails, users and answers are drawn. Default 1. */
  seed?: number;
  /** Default: all live mails of the corpus. */
  mails?: readonly LiveMail[];
}

export interface Traffic {
  /** Totals so far, as a fresh copy. */
  stats(): TrafficStats;
  /** Sends nothing new, and resolves when all answers and all due feedback are through (so after `feedbackDelayMs` at least, if there is any). */
  stop(): Promise<TrafficStats>;
}

/**
 * Replays mail open loop: request number i is due at start + i / rate whatever became of those before it, so a slow service
 * meets as many users as a fast one. Never throws for what the service does; that is in the statistics.
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const {
    rate = 400,
    feedbackShare = 0.3,
    feedbackDelayMs = 2_000,
    users = 2_000,
    requestTimeoutMs = 10_000,
    mails = liveMails(),
  } = options;
  const random = randomFrom(options.seed ?? 1);
  const inferUrl = new URL('/v2/models/spam-filter/infer', options.url);
  const feedbackUrl = new URL('/v1/feedback', options.url);
  const authorization: Record<string, string> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  const agent = new Agent({ keepAlive: true, maxSockets: 1_024, scheduling: 'lifo' });
  const prepared = mails.map((mail) => ({ label: mail.label, body: inferenceBody(mail.text) }));

  const latency = createLatencyHistogram();
  const lateness = createLatencyHistogram();
  const byRelease: Record<string, ReleaseStats> = {};
  const byStatus: Record<string, number> = {};
  const feedback = { accepted: 0, failed: 0 };
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  let answered = 0;
  let connectionErrors = 0;

  const startMs = performance.now();
  let timer = setTimeout(sendDue, 0);

  function sendDue(): void {
    for (let dueMs = dueAt(sent); dueMs <= performance.now(); dueMs = dueAt(sent)) {
      lateness.record(performance.now() - dueMs);
      track(sendOne(dueMs));
      sent++;
    }
    timer = setTimeout(sendDue, Math.max(0, dueAt(sent) - performance.now()));
  }

  function dueAt(request: number): number {
    return startMs + (request * 1_000) / rate;
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  async function sendOne(dueMs: number): Promise<void> {
    const mail = prepared[Math.floor(random() * prepared.length)]!;
    const user = `user-${Math.floor(random() * users)}`;
    const willReport = random() < feedbackShare;
    let answer: JsonAnswer;
    try {
      const headers = { ...authorization, 'x-user-id': user };
      answer = await postJson(inferUrl, mail.body, { agent, headers, timeoutMs: requestTimeoutMs });
    } catch {
      connectionErrors++;
      return;
    }
    latency.record(performance.now() - dueMs);
    answered++;
    byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1;

    const release = statsOf(headerText(answer, 'tidegate-release') ?? 'unknown');
    const label = labelOf(answer);
    if (label === undefined) {
      release.errors++;
      return;
    }
    release.answered++;
    const isRight = label === mail.label;
    if (isRight) release.correct++;
    else release.wrong++;

    const invocation = headerText(answer, 'tidegate-invocation');
    if (!willReport || invocation === undefined) return;
    const report = { invocation, outcome: isRight ? 'good' : 'bad', label: mail.label };
    track(reportLater(Buffer.from(JSON.stringify(report))));
  }

  async function reportLater(body: Buffer): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, feedbackDelayMs));
    try {
      const options = { agent, headers: authorization, timeoutMs: requestTimeoutMs };
      const { status } = await postJson(feedbackUrl, body, options);
      if (status >= 200 && status < 300) feedback.accepted++;
      else feedback.failed++;
    } catch {
      feedback.failed++;
    }
  }

  function statsOf(release: string): ReleaseStats {
    return (byRelease[release] ??= { answered: 0, correct: 0, wrong: 0, errors: 0 });
  }

  function stats(): TrafficStats {
    return {
      sent,
      answered,
      connectionErrors,
      pending: sent - answered - connectionErrors,
      byRelease: structuredClone(byRelease),
      byStatus: { ...byStatus },
      latency: { p50Ms: latency.quantileMs(0.5), p99Ms: latency.quantileMs(0.99) },
      lateness: { p50Ms: lateness.quantileMs(0.5), p99Ms: lateness.quantileMs(0.99) },
      feedback: { ...feedback },
    };
  }

  return {
    stats,
    async stop() {
      clearTimeout(timer);
      // An answer that arrives now still starts a report, so one round is not enough.
      while (underWay.size > 0) await Promise.all(underWay);
      agent.destroy();
      return stats();
    },
  };
}

function inferenceBody(mail: string): Buffer {
  return Buffer.from(
    JSON.stringify({ inputs: [{ name: 'mail', shape: [1], datatype: 'BYTES', data: [mail] }] }),
  );
}

function headerText(answer: JsonAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function labelOf(answer: JsonAnswer): string | undefined {
  if (answer.status !== 200) return undefined;
  try {
    const { outputs } = JSON.parse(answer.body.toString('utf8')) as {
      outputs?: { name?: unknown; data?: unknown[] }[];
    };
    const label = outputs?.find((output) => output.name === 'label')?.data?.[0];
    return typeof label === 'string' ? label : undefined;
  } catch {
    return undefined;
  }
}

const USAGE = `Usage: node traffic.ts [--url URL] [--rate PER_SECOND] [--seconds N] [--feedback-share 0..1]
                       [--feedback-delay-ms MS] [--api-key KEY] [--seed N] [--json]
  Replays held-out mail against a gateway and prints one line a second (with --json: all figures). Defaults:
  --url http://127.0.0.1:7081 --rate 400 --seconds 60 --feedback-share 0.3 --feedback-delay-ms 2000 --seed 1`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:7081' },
      rate: { type: 'string', default: '400' },
      seconds: { type: 'string', default: '60' },
      'feedback-share': { type: 'string', default: '0.3' },
      'feedback-delay-ms': { type: 'string', default: '2000' },
      'api-key': { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [rate, seconds, feedbackShare, feedbackDelayMs, seed] = [
    values.rate,
    values.seconds,
    values['feedback-share'],
    values['feedback-delay-ms'],
    values.seed,
  ].map(Number) as [number, number, number, number, number];
  const isUsable =
    rate > 0 && seconds > 0 && feedbackShare >= 0 && feedbackShare <= 1 && feedbackDelayMs >= 0;
  if (!isUsable || !URL.canParse(values.url) || !Number.isSafeInteger(seed)) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const apiKey = values['api-key'] === undefined ? {} : { apiKey: values['api-key'] };
  const traffic = startTraffic({ url: values.url, rate, feedbackShare, feedbackDelayMs, seed, ...apiKey });
  const print = () => {
    const stats = traffic.stats();
    console.log(values.json ? JSON.stringify(stats) : lineOf(stats));
  };
  const ticker = setInterval(print, 1_000);
  await new Promise((resolve) => {
    setTimeout(resolve, seconds * 1_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await traffic.stop();
  clearInterval(ticker);
  print();
}

function lineOf(stats: TrafficStats): string {
  const releases = Object.entries(stats.byRelease).map(
    ([release, { answered, wrong, errors }]) =>
      `${release}: ${answered} answered, ${wrong} wrong, ${errors} errors`,
  );
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(1)} ms`);
  return [
    `sent ${stats.sent}`,
    ...releases,
    `no answer ${stats.connectionErrors}`,
    `p50 ${ms(stats.latency.p50Ms)}, p99 ${ms(stats.latency.p99Ms)}`,
  ].join(' | ');
}

if (import.meta.main) await main();
