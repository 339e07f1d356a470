import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RolloutCohort } from '../../core/routing/link.ts';
import type { CandidateRoute, ServiceRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

type Answering = Parameters<typeof startUpstream>[0];

let harness: Harness;
const upstreams: TestUpstream[] = [];
let seq: number;
beforeEach(async () => {
  seq = 0;
  harness = await startHarness();
});
afterEach(async () => {
  await harness.remove();
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

const upstream = async (answering: Answering): Promise<string> => {
  const started = await startUpstream(answering);
  upstreams.push(started);
  return started.address;
};

const guards = [
  { name: 'errors', marginShare: 0.02 },
  { name: 'invalid', marginShare: 0.02 },
  { name: 'judge', marginShare: 0.02 },
];
const serve = async (
  stable: Answering,
  candidate: Answering,
  readings: Partial<CandidateRoute['readings']>,
  service: Partial<ServiceRoute> = {},
): Promise<void> => {
  seq += 1;
  const route = candidateAt([await upstream(candidate)], {
    readings: { guards, slowMs: 60_000, feedbackWithinMs: 0, ...readings },
  });
  await harness.push(
    tableWith(seq, [
      serviceWith({
        protocol: 'http',
        stable: stableAt(await upstream(stable)),
        candidate: route,
        ...service,
      }),
    ]),
  );
};
const ask = (n: number, method: 'GET' | 'POST' = 'POST') =>
  Promise.all(
    Array.from({ length: n }, () =>
      harness.ask('/services/spam/x', method === 'POST' ? { method, body: '{"q":1}' } : { method }),
    ),
  );

/** Counts of one guard over all cohorts, by track. */
const counted = (guard: string) => {
  const of = (track: 'stable' | 'candidate') => {
    const sum = { started: 0, bad: 0, good: 0 };
    for (const { guards } of harness.cohorts()) {
      const counts = guards[guard]?.[track];
      sum.started += counts?.started ?? 0;
      sum.bad += counts?.bad ?? 0;
      sum.good += counts?.good ?? 0;
    }
    return sum;
  };
  return { stable: of('stable'), candidate: of('candidate') };
};
const allSettled = () =>
  until(
    () => harness.cohorts().length > 0 && harness.cohorts().every((cohort: RolloutCohort) => cohort.settled),
    10_000,
  );
const servedBy = (answers: readonly { headers: Record<string, unknown> }[], version: string): number =>
  answers.filter(({ headers }) => String(headers['tidegate-release']).startsWith(version)).length;

const json = (value: unknown) => JSON.stringify(value);

describe('answers of both tracks are checked', () => {
  it('and each counts for the release that gave it', async () => {
    let asked = 0;
    await serve(
      json({ label: 'ham' }),
      (_req, res) => {
        asked += 1;
        res.end(json({ label: asked % 2 === 0 ? 'ham' : 'eggs' }));
      },
      { checks: { share: 1, checks: [{ kind: 'cel', expression: 'answer.label in ["ham", "spam"]' }] } },
    );
    const answers = await ask(60);
    await allSettled();
    const byStable = servedBy(answers, '1.0.0');
    const { stable, candidate } = counted('invalid');
    expect(stable).toEqual({ started: byStable, bad: 0, good: byStable });
    expect(candidate).toEqual({
      started: asked,
      bad: Math.ceil(asked / 2),
      good: Math.floor(asked / 2),
    });
    expect(harness.gateway.counts().checks).toMatchObject({
      valid: 60 - candidate.bad,
      invalid: candidate.bad,
    });
  });

  it('as streams, put together, once they are whole', async () => {
    const streaming =
      (text: string): Answering =>
      (_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        const pieces = [...text];
        const send = (): void => {
          const piece = pieces.shift();
          if (piece === undefined) res.end('data: [DONE]\n\n');
          else
            res.write(`data: ${json({ choices: [{ index: 0, delta: { content: piece } }] })}\n\n`, () =>
              setTimeout(send, 2),
            );
        };
        send();
      };
    await serve(streaming('polite'), streaming('rude'), {
      checks: {
        share: 1,
        checks: [{ kind: 'matches', pattern: '^polite$', pointer: '/choices/0/message/content' }],
      },
    });
    const answers = await ask(20);
    expect(answers[0]?.body).toContain('data: [DONE]');
    await allSettled();
    const byStable = servedBy(answers, '1.0.0');
    expect(counted('invalid')).toEqual({
      stable: { started: byStable, bad: 0, good: byStable },
      candidate: { started: 20 - byStable, bad: 20 - byStable, good: 0 },
    });
  });

  it('and errors are not invalid, nor is what stable says in place of the candidate', async () => {
    await serve(
      json({ label: 'ham' }),
      (_req, res) => res.writeHead(500).end('no JSON'),
      { checks: { share: 1, checks: [{ kind: 'json-schema', schema: { type: 'object' } }] } },
      { repeatable: true },
    );
    await ask(30);
    await allSettled();
    const { stable, candidate } = counted('invalid');
    expect([stable.bad, candidate.bad]).toEqual([0, 0]);
    expect(stable.started + candidate.started).toBe(30);
    expect(candidate.good).toBe(candidate.started);
    expect(counted('errors').candidate.bad).toBe(candidate.started);
  });

  it('but not more of them than the share', async () => {
    await serve(json(1), json(1), {
      checks: { share: 0.2, checks: [{ kind: 'cel', expression: 'answer == 1' }] },
    });
    for (let round = 0; round < 10; round += 1) await ask(40);
    await allSettled();
    const { stable, candidate } = counted('invalid');
    const started = stable.started + candidate.started;
    expect(started).toBeGreaterThan(40);
    expect(started).toBeLessThan(130);
    expect(stable.good + candidate.good).toBe(started);
  });

  it('and stay pending when they are too large to be kept', async () => {
    await serve(json(1), json('x'.repeat(300_000)), {
      checks: { share: 1, checks: [{ kind: 'cel', expression: 'answer == 1' }] },
    });
    await ask(20);
    await allSettled();
    const { candidate } = counted('invalid');
    expect(candidate.started).toBeGreaterThan(0);
    expect([candidate.bad, candidate.good]).toEqual([0, 0]);
    expect(harness.gateway.counts().checks.unchecked).toEqual({ 'too-large': candidate.started });
  });

  it('while a regular expression without end does not hold up a single answer', async () => {
    await serve(`${'a'.repeat(40)}b`, `${'a'.repeat(40)}b`, {
      checks: { share: 1, checks: [{ kind: 'matches', pattern: '^(a+)+$' }] },
    });
    const tookMs: number[] = [];
    const endsAtMs = performance.now() + 15_000;
    const isDone = () => {
      const { threadsEnded, passedOver } = harness.gateway.counts().checks;
      return threadsEnded > 0 && passedOver > 0;
    };
    while (!isDone() && performance.now() < endsAtMs) {
      const sinceMs = performance.now();
      await ask(1);
      tookMs.push(performance.now() - sinceMs);
    }
    const { checks } = harness.gateway.counts();
    expect(checks.threadsEnded).toBeGreaterThanOrEqual(1);
    expect(checks.unchecked['too-slow']).toBeGreaterThanOrEqual(1);
    expect(checks.passedOver).toBeGreaterThan(0);
    expect(Math.max(...tookMs)).toBeLessThan(1_000);
    await allSettled();
    const { stable, candidate } = counted('invalid');
    expect(stable.good + stable.bad + candidate.good + candidate.bad).toBe(0);
  });

  it('however many come, also after many that had nothing to check', async () => {
    let asked = 0;
    const everyOther: Answering = (_req, res) => {
      asked += 1;
      res.writeHead(asked % 2 === 0 ? 200 : 404).end('1');
    };
    const checks = { share: 1, checks: [{ kind: 'cel', expression: 'answer == 1' }] } as const;
    await serve(everyOther, everyOther, { checks });
    // More than may be owed at once, of either sort.
    for (let round = 1; round <= 14; round += 1) {
      await ask(40);
      await until(() => harness.gateway.counts().checks.valid === 20 * round, 10_000);
    }
    await allSettled();
    const { stable, candidate } = counted('invalid');
    expect(stable.good + candidate.good).toBe(560);
    expect(harness.gateway.counts().checks).toMatchObject({ valid: 280, passedOver: 0 });
  });

  it('unless the client left', async () => {
    await serve(
      (_req, res) => res.write('{'),
      (_req, res) => res.write('{'),
      { checks: { share: 1, checks: [{ kind: 'cel', expression: 'false' }] } },
    );
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const asked = controllers.map(({ signal }) =>
      fetch(`${harness.gateway.address}/services/spam/x`, { signal }).then((answer) => answer.text()),
    );
    await until(() => harness.gateway.counts().inFlight === 5);
    for (const controller of controllers) controller.abort();
    await Promise.allSettled(asked);
    await allSettled();
    const { stable, candidate } = counted('invalid');
    expect([stable.started + candidate.started, stable.bad + candidate.bad]).toEqual([5, 0]);
  });

  it('leaves a line for each invalid one, with nothing of the answer', async () => {
    await serve(json({ name: 'Jane Secret' }), json({ name: 'Jane Secret' }), {
      checks: { share: 1, checks: [{ kind: 'json-schema', schema: { required: ['label'] } }] },
    });
    const [answer] = await ask(1);
    await allSettled();
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const lines = (
      await Promise.all(
        (await readdir(directory)).map((name) => readFile(path.join(directory, name), 'utf8')),
      )
    )
      .join('')
      .split('\n')
      .filter((line) => line.includes('"kind":"invalid"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('Jane');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      invocation: answer?.headers['tidegate-invocation'],
      check: 0,
      checkKind: 'json-schema',
      fault: 'schema:required',
    });
  });

  it('of a service that speaks an inference protocol only where they are inference', async () => {
    await serve(
      json(1),
      json(1),
      { checks: { share: 1, checks: [{ kind: 'cel', expression: 'true' }] } },
      { protocol: 'open-inference' },
    );
    await ask(10, 'GET');
    await ask(10, 'POST');
    await allSettled();
    const { stable, candidate } = counted('invalid');
    expect(stable.started + candidate.started).toBe(10);
  });
});

describe('answers of both tracks are judged', () => {
  it('with the request beside them, until the budget is used up', async () => {
    const seen: string[] = [];
    const address = await upstream((_req, res, body) => {
      const { messages } = JSON.parse(body.toString()) as { messages: { content: string }[] };
      const quoted = messages[1]!.content;
      seen.push(quoted);
      const score = quoted.includes('polite') ? 0.9 : 0.1;
      res.end(json({ choices: [{ message: { content: json({ score }) } }] }));
    });
    await serve('polite', 'rude', {
      judge: {
        address,
        model: 'm',
        rubric: 'Polite.',
        bar: 0.5,
        share: 1,
        callsAtMost: 12,
        timeoutMs: 5_000,
        apiKey: null,
      },
    });
    for (let round = 0; round < 4; round += 1) await ask(10);
    await allSettled();
    const { stable, candidate } = counted('judge');
    expect(stable.started + candidate.started).toBe(12);
    expect(stable).toMatchObject({ bad: 0, good: stable.started });
    expect(candidate).toMatchObject({ bad: candidate.started, good: 0 });
    expect(seen).toHaveLength(12);
    expect(seen[0]).toContain('{"q":1}');
    expect(harness.gateway.counts().checks).toMatchObject({
      judged: 12,
      judgedBad: candidate.bad,
      passedOver: 28,
    });
  });

  it('and a judge that gives no answer blames nobody', async () => {
    const address = await upstream((_req, res) => res.writeHead(500).end());
    const judge = {
      address,
      model: 'm',
      rubric: 'Polite.',
      bar: 0.5,
      share: 1,
      callsAtMost: 100,
      timeoutMs: 5_000,
      apiKey: null,
    };
    await serve('polite', 'rude', { judge });
    await ask(5);
    await allSettled();
    const { stable, candidate } = counted('judge');
    expect(stable.started + candidate.started).toBeGreaterThan(0);
    expect(stable.bad + stable.good + candidate.bad + candidate.good).toBe(0);
  });
});
