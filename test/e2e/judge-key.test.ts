import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import type { Traffic } from './harness/traffic.ts';
import { until } from './harness/until.ts';

const lane = { environment: 'production', service: 'parrot' };
const variable = 'TIDEGATE_TEST_GRADER_KEY';
const bystander = 'TIDEGATE_TEST_OTHER_SECRET';

describe('a judge whose key is named as env:NAME', () => {
  let tidegate: Tidegate;
  let judge: Server;
  let traffic: Traffic | undefined;
  const authorizations: (string | undefined)[] = [];

  beforeAll(async () => {
    judge = createServer((req, res) => {
      authorizations.push(req.headers.authorization);
      req.resume();
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: '{"score": 0.9}' } }] }));
    });
    await new Promise<void>((resolve) => judge.listen(0, '127.0.0.1', resolve));
    process.env[variable] = 'key-one';
    process.env[bystander] = 'not-named-by-anybody';
    tidegate = await openTidegate({
      environments: [
        {
          name: 'production',
          // Nobody has to wait for the judge: the stage is held open while the keys are watched.
          strategy: { canary: { steps: ['50%', '100%'], minimum: '2m' } },
        },
      ],
    });
    const first = await tidegate.ship(
      { service: 'parrot', behaviour: { answers: 'good' } },
      '1.0.0',
      'production',
    );
    await tidegate.completed(lane, first.rollout);
    traffic = tidegate.traffic('production', 'parrot', { rate: 30 });
  }, 60_000);
  afterAll(async () => {
    delete process.env[variable];
    delete process.env[bystander];
    await traffic?.stop();
    await tidegate?.dispose();
    await new Promise((resolve) => judge.close(resolve));
  });

  const judged = (name: string) => ({
    service: 'parrot',
    behaviour: { answers: 'better' },
    traffic: {
      judge: {
        address: `http://127.0.0.1:${(judge.address() as AddressInfo).port}/v1`,
        model: 'grader-1',
        rubric: 'The answer is polite.',
        share: '100%',
        calls: 100_000,
        apiKey: `env:${name}`,
      },
    },
  });
  /** Null between the end of one process and the start of the next. */
  const gatewayPid = (): number | null => {
    const file = join(tidegate.stateDir, 'gateways', 'production.json');
    return (
      (JSON.parse(readFileSync(file, 'utf8')) as { running: { pid: number } | null }).running?.pid ?? null
    );
  };
  const filesWith = (text: string): string[] =>
    readdirSync(tidegate.stateDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => readFileSync(file).includes(text));

  it('is refused before the rollout while the variable is not set', async () => {
    await expect(tidegate.ship(judged('TIDEGATE_TEST_NOBODY'), '1.1.0', 'production')).rejects.toMatchObject({
      code: 'key-missing',
      message: expect.stringContaining('env:TIDEGATE_TEST_NOBODY'),
    });
    expect((await tidegate.lane(lane)).rollout).toBeNull();
  }, 30_000);

  it('gets it to a gateway that ran before the release was made, and to no file, log or process list', async () => {
    await tidegate.ship(judged(variable), '1.2.0', 'production');
    await until('the judge is asked', () => authorizations.includes('Bearer key-one'));
    const pid = gatewayPid();
    for (const what of ['environ', 'cmdline']) {
      const text = readFileSync(`/proc/${pid}/${what}`, 'utf8');
      expect(text).not.toContain('key-one');
      expect(text).not.toContain('not-named-by-anybody');
    }
    expect(filesWith('key-one')).toEqual([]);
    expect(tidegate.output()).not.toContain('key-one');
    expect(new Set(authorizations)).toEqual(new Set(['Bearer key-one']));
  }, 60_000);

  it('has the new value once the control plane was started again, in the same gateway process', async () => {
    const pid = gatewayPid();
    await tidegate.kill();
    process.env[variable] = 'key-two';
    await tidegate.up();
    await until('the judge gets the new key', () => authorizations.includes('Bearer key-two'));
    expect(gatewayPid()).toBe(pid);
  }, 60_000);

  it('has it again after the gateway process was killed', async () => {
    const pid = gatewayPid();
    process.kill(pid!, 'SIGKILL');
    await until('another process serves', () => ![null, pid].includes(gatewayPid()));
    const seen = authorizations.length;
    await until('the judge is asked again', () => authorizations.length > seen + 5);
    expect(authorizations.slice(seen).every((one) => one === 'Bearer key-two')).toBe(true);
    expect(filesWith('key-two')).toEqual([]);
  }, 60_000);
});
