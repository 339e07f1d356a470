import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WireAnswer } from './answer-view.ts';
import { type CheckThread, openCheckThread } from './check-thread.ts';

const answer = (body: string, contentType = 'application/json'): WireAnswer => ({
  status: 200,
  contentType,
  body: new TextEncoder().encode(body),
});
const evil = { kind: 'matches', pattern: '^(a+)+$' } as const;
const victim = answer(`${'a'.repeat(40)}b`, 'text/plain');

let nowMs: number;
let thread: CheckThread;
beforeEach(() => {
  nowMs = 0;
  thread = openCheckThread({ nowMs: () => nowMs });
});
afterEach(() => thread.close());

describe('the check thread', () => {
  it('runs checks in order and names the first that fails', async () => {
    const checks = thread.open([
      { kind: 'json-schema', schema: { type: 'number' }, pointer: '/score' },
      { kind: 'matches', pattern: '^(spam|ham)$', pointer: '/label' },
      { kind: 'cel', expression: 'answer.score < 0.5' },
    ]);
    const run = async (body: string) => checks.run(answer(body), false);
    expect(await run('{"score":0.1,"label":"ham"}')).toEqual({ kind: 'valid', text: null });
    expect(await run('{"score":"0.1","label":"ham"}')).toEqual({
      kind: 'invalid',
      check: 0,
      fault: 'schema:type',
    });
    expect(await run('{"score":0.1}')).toEqual({ kind: 'invalid', check: 1, fault: 'nothing-there' });
    expect(await run('{"score":0.9,"label":"ham"}')).toEqual({
      kind: 'invalid',
      check: 2,
      fault: 'not-true',
    });
    expect(await run('{"score":0.1,"lab')).toEqual({ kind: 'invalid', check: 0, fault: 'not-json' });
    expect(await run('')).toEqual({ kind: 'invalid', check: 0, fault: 'not-json' });
  });

  it('gives the answer as text, put together from its stream', async () => {
    const reader = thread.open([]);
    expect(
      await reader.run(
        answer('data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n', 'text/event-stream'),
        true,
      ),
    ).toMatchObject({ kind: 'valid', text: expect.stringContaining('"content":"hi"') });
  });

  it('is ended by a regular expression without end, which stalls nothing, and goes on with the others', async () => {
    const bad = thread.open([evil]);
    const good = thread.open([{ kind: 'cel', expression: 'answer == 1' }]);
    await good.run(answer('1'), false);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const sinceMs = performance.now();
    const [first, second, other, more] = await Promise.all([
      bad.run(victim, false),
      bad.run(victim, false),
      good.run(answer('1'), false),
      good.run(answer('2'), false),
    ]);
    const tookMs = performance.now() - sinceMs;
    delay.disable();
    expect(first).toEqual({ kind: 'unchecked', why: 'too-slow' });
    expect(second).toEqual({ kind: 'unchecked', why: 'resting' });
    expect([other, more]).toEqual([
      { kind: 'valid', text: null },
      { kind: 'invalid', check: 0, fault: 'not-true' },
    ]);
    expect(thread.ended()).toBe(1);
    expect(tookMs).toBeGreaterThan(250);
    // The expression alone would take hours; so much is for a machine that others use as well.
    expect(delay.max / 1e6).toBeLessThan(250);
  });

  it('lets checks that ended it rest for a while, longer each time', async () => {
    const bad = thread.open([evil]);
    expect(await bad.run(victim, false)).toMatchObject({ why: 'too-slow' });
    expect(bad.isReady()).toBe(false);
    expect(await bad.run(answer('aaa'), false)).toEqual({ kind: 'unchecked', why: 'resting' });
    nowMs += 500;
    expect(bad.isReady()).toBe(true);
    expect(await bad.run(answer('aaa', 'text/plain'), false)).toEqual({ kind: 'valid', text: null });
    expect(await bad.run(victim, false)).toMatchObject({ why: 'too-slow' });
    nowMs += 999;
    expect(bad.isReady()).toBe(false);
    nowMs += 1;
    expect(bad.isReady()).toBe(true);
  });

  it('survives expressions that want all time', async () => {
    const ten = '[1,2,3,4,5,6,7,8,9,10]';
    const nested = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce(
      (inner, name) => `${ten}.all(${name}, ${inner})`,
      'status == 200',
    );
    const slow = thread.open([{ kind: 'cel', expression: nested }]);
    expect(await slow.run(answer('{}'), false)).toEqual({ kind: 'unchecked', why: 'too-slow' });
    const fine = thread.open([{ kind: 'cel', expression: 'status == 200' }]);
    expect(await fine.run(answer('{}'), false)).toMatchObject({ kind: 'valid' });
  });

  it('survives expressions that want all memory', async () => {
    await thread.close();
    // Time would end it as well, so it gets plenty.
    thread = openCheckThread({ checkMs: 60_000, memoryMb: 32 });
    const ten = '[1,2,3,4,5,6,7,8,9,10]';
    const lists = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce(
      (inner, name) => `${ten}.map(${name}, ${inner})`,
      'text + text',
    );
    const greedy = thread.open([{ kind: 'cel', expression: `size(${lists}) == 10` }]);
    const sinceMs = performance.now();
    expect(await greedy.run(answer('{}'), false)).toMatchObject({ kind: 'unchecked', why: 'too-slow' });
    expect(performance.now() - sinceMs).toBeLessThan(30_000);
    expect(thread.ended()).toBe(1);
    const fine = thread.open([{ kind: 'cel', expression: 'status == 200' }]);
    expect(await fine.run(answer('{}'), false)).toMatchObject({ kind: 'valid' });
  }, 60_000);

  it('finds an answer nested too deeply unchecked, not invalid', async () => {
    const schema = { $defs: { list: { items: { $ref: '#/$defs/list' } } }, $ref: '#/$defs/list' };
    const checks = thread.open([{ kind: 'json-schema', schema }]);
    const depth = 100_000;
    expect(await checks.run(answer('['.repeat(depth) + ']'.repeat(depth)), false)).toMatchObject({
      kind: 'unchecked',
    });
    expect(await checks.run(answer('[[1]]'), false)).toMatchObject({ kind: 'valid' });
  });

  it('says of checks that cannot be compiled that they are broken', async () => {
    const broken = thread.open([{ kind: 'matches', pattern: '(' }]);
    expect(await broken.run(answer('{}'), false)).toEqual({ kind: 'unchecked', why: 'broken' });
    expect(broken.problem()).toMatch(/Unterminated group/);
    expect(broken.isReady()).toBe(false);
    expect(thread.ended()).toBe(0);
  });

  it('takes no more than it can hold', async () => {
    await thread.close();
    thread = openCheckThread({ waitingAtMost: 10 });
    const checks = thread.open([{ kind: 'cel', expression: 'status == 200' }]);
    const results = await Promise.all(Array.from({ length: 100 }, () => checks.run(answer('{}'), false)));
    const busy = results.filter((result) => result.kind === 'unchecked' && result.why === 'too-busy');
    // Sixteen are handed over at once, ten wait.
    expect(busy).toHaveLength(100 - 16 - 10);
  });

  it('leaves nobody waiting when it is closed', async () => {
    const checks = thread.open([{ kind: 'cel', expression: 'status == 200' }]);
    const asked = checks.run(answer('{}'), false);
    await thread.close();
    expect(await asked).toEqual({ kind: 'unchecked', why: 'closed' });
    expect(await checks.run(answer('{}'), false)).toEqual({ kind: 'unchecked', why: 'closed' });
  });
});
