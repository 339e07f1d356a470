import { expect, it } from 'vitest';
import type { JudgeSpec } from '../../core/release/manifest.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { candidateAt } from '../../gateway/testing/table.ts';
import { judgeKeysOf } from './judge-keys.ts';

const routeOf = (service: string, apiKey: string | null): ServiceRoute => {
  const candidate = candidateAt([]);
  const judge: JudgeSpec = {
    address: 'http://127.0.0.1:1',
    model: 'm',
    rubric: 'r',
    bar: 0.7,
    share: 1,
    callsAtMost: 1,
    timeoutMs: 1,
    apiKey,
  };
  return {
    service,
    protocol: 'http',
    repeatable: false,
    sticky: null,
    timeouts: { connectMs: 1, firstByteMs: 1, totalMs: 1, idleMs: 1 },
    stable: null,
    candidate: { ...candidate, readings: { ...candidate.readings, judge } },
  };
};

it('takes exactly the variables that judges name, and says which are not set to a key', () => {
  const services = {
    a: routeOf('a', 'env:KEY_A'),
    b: routeOf('b', 'file:/run/key'),
    c: routeOf('c', null),
    d: routeOf('d', 'env:KEY_D'),
    e: routeOf('e', 'env:KEY_E'),
    f: { ...routeOf('f', null), candidate: null },
  };
  const environment = { KEY_A: 'secret', KEY_E: 'two words', OTHER: 'not asked for' };
  expect(judgeKeysOf({ services }, environment)).toEqual({
    values: { KEY_A: 'secret' },
    missing: [
      { service: 'd', variable: 'KEY_D' },
      { service: 'e', variable: 'KEY_E' },
    ],
  });
});
