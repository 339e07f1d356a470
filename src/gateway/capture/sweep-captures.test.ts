import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Capture } from '../../core/capture/capture.ts';
import { newBoot, openInvocationIds } from '../invocation-id.ts';
import { eraseCaptures } from './erase-captures.ts';
import { findCapture } from './find-capture.ts';
import { makeCapture } from './make-capture.ts';
import { sweepCaptures } from './sweep-captures.ts';
import { capturePolicy } from './testing/capture-policy.ts';
import { writeCapture } from './write-capture.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-21T12:30:00Z');
const message = { headers: {}, body: null, leftOut: null };

let logDir: string;
let payloads: string;
const ids = openInvocationIds(newBoot('production'));
beforeEach(async () => {
  logDir = await mkdtemp(path.join(tmpdir(), 'tidegate-captures-'));
  payloads = path.join(logDir, 'production', 'payloads');
});
afterEach(() => rm(logDir, { recursive: true, force: true }));

const store = (atMs: number, keepForMs: number, more: { service?: string; keyId?: string } = {}): Capture => {
  const capture = makeCapture({
    policy: capturePolicy({ keepForMs }),
    invocation: ids.next(atMs, 1),
    atMs,
    environment: 'production',
    service: 'spam',
    release: null,
    keyId: null,
    why: 'sample',
    ending: 'complete',
    method: 'POST',
    target: '/',
    request: message,
    status: 200,
    response: message,
    ...more,
  });
  writeCapture(payloads, capture);
  return capture;
};
const isThere = async ({ invocation }: Capture): Promise<boolean> =>
  (await findCapture(logDir, invocation, NOW_MS)) !== null;

it('deletes what has expired, whoever captured it, and nothing earlier or later', async () => {
  const old = store(NOW_MS - 3 * HOUR_MS, 2 * HOUR_MS);
  const young = store(NOW_MS - 1 * HOUR_MS, 2 * HOUR_MS, { service: 'other' });
  // Nothing is shown that is due, whether it is cleared away or not.
  expect(await isThere(old)).toBe(false);
  sweepCaptures(payloads, NOW_MS, new Map());
  expect(await readdir(payloads)).toEqual(['other']);
  expect(await isThere(young)).toBe(true);
  sweepCaptures(payloads, NOW_MS + HOUR_MS, new Map());
  expect(await readdir(payloads)).toEqual([]);
});

it('deletes the oldest when a service has too much', async () => {
  const all = Array.from({ length: 20 }, (_, n) =>
    store(NOW_MS - (20 - n) * 60_000, (n % 2 === 0 ? 2 : 9) * HOUR_MS),
  );
  const bytes = JSON.stringify(all[0]).length + 1;
  const left = sweepCaptures(payloads, NOW_MS, new Map([['spam', 10 * bytes + 50]]));
  expect(left.get('spam')).toBeLessThanOrEqual(10 * bytes + 50);
  const there = await Promise.all(all.map(isThere));
  expect(there.slice(0, 11)).toEqual(Array(11).fill(false));
  expect(there.slice(11)).toEqual(Array(9).fill(true));
});

it('erases by id, key, service and time, and all that is named must be so', async () => {
  const jane = store(NOW_MS - HOUR_MS, 9 * HOUR_MS, { keyId: 'jane' });
  const later = store(NOW_MS, 9 * HOUR_MS, { keyId: 'jane' });
  const joe = store(NOW_MS - HOUR_MS, 9 * HOUR_MS, { keyId: 'joe' });
  const other = store(NOW_MS, 9 * HOUR_MS, { service: 'other' });
  const there = (): Promise<boolean[]> => Promise.all([jane, later, joe, other].map(isThere));
  expect(await eraseCaptures(logDir, { invocation: '../../../etc/passwd' })).toBe(0);
  expect(await eraseCaptures(logDir, { key: 'jane', beforeMs: NOW_MS })).toBe(1);
  expect(await there()).toEqual([false, true, true, true]);
  expect(await eraseCaptures(logDir, { environment: 'staging' })).toBe(0);
  expect(await eraseCaptures(logDir, { service: 'other' })).toBe(1);
  expect(await eraseCaptures(logDir, { invocation: joe.invocation })).toBe(1);
  expect(await there()).toEqual([false, true, false, false]);
  expect(await eraseCaptures(logDir, { beforeMs: NOW_MS + 1 })).toBe(1);
});
