import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment, ShippedRelease } from '../../examples/spam-filter/story/chapters.ts';
import { liveStory, machineSetup, type Story } from '../../examples/spam-filter/story/story.ts';
import { type Machine, openMachine } from '../../examples/story/machine.ts';

/** The demo's story, judged by what its numbers mean. */
let directory: string;
let machine: Machine<Environment>;
let story: Story;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidegate-story-'));
  machine = await openMachine(directory, machineSetup);
  const silent = { chapter() {}, command() {}, say() {} };
  story = await liveStory(machine, silent, async () => {});
}, 480_000);

afterAll(async () => {
  await machine?.end();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

const release = (version: string): ShippedRelease => story.releases.find((one) => one.version === version)!;

describe('the story of the spam filter', () => {
  it('1.0.0 is evaluated and becomes the first release of both environments', () => {
    const { staging, production } = release('1.0.0');
    expect([staging.outcome, production?.outcome]).toEqual(['completed', 'completed']);
    expect(staging.passed[0]?.gates[0]).toMatchObject({
      outcome: 'passed',
      evidence: { kind: 'evaluation' },
    });
  });

  it('1.1.0 is copied to, then shown in growing shares, and promoted on evidence', () => {
    const { production, seen } = release('1.1.0');
    expect(production?.outcome).toBe('completed');
    const names = production?.order.plan.stages.map(({ name }) => name);
    expect(names).toEqual(['evaluate', 'shadow', '10 %', '50 %', 'hold']);
    for (const stage of [1, 2, 3])
      expect(production?.passed[stage]?.gates[0]).toMatchObject({
        outcome: 'passed',
        evidence: { kind: 'evidence' },
      });
    // Feedback needs its time in every stage: evidence of one stage never opens the gate of the next.
    for (const stage of production!.passed.filter(({ stage: index }) => index === 2 || index === 3))
      expect(stage.leftAtMs - stage.enteredAtMs).toBeGreaterThan(4_000);
    expect(seen.errors).toBe(0);
    const wrong = (version: string): number =>
      seen.byVersion[version]!.wrong / seen.byVersion[version]!.answers;
    expect(wrong('1.1.0')).toBeLessThan(wrong('1.0.0'));
  });

  it('1.2.0 is stopped by the evaluation and no user ever gets it', () => {
    const { staging, production, seen } = release('1.2.0');
    expect(staging).toMatchObject({
      outcome: 'rejected',
      cause: { kind: 'gate', evidence: { kind: 'evaluation' } },
    });
    expect(production).toBeNull();
    expect(seen.byVersion['1.2.0']).toBeUndefined();
  });

  it('1.3.0 passes the evaluation, is wrong on live mail, and feedback takes it back', () => {
    const { staging, production, seen } = release('1.3.0');
    expect(staging.outcome).toBe('completed');
    expect(production).toMatchObject({
      outcome: 'rolled-back',
      cause: { kind: 'guard', guards: ['feedback'] },
    });
    expect(seen.errors).toBe(0);
    // At 10 % it never reaches more than a small part of the users.
    expect(seen.byVersion['1.3.0']!.answers).toBeLessThan(0.15 * seen.requests);
  });

  it('1.4.0 dies on large mails, is back in seconds, and no user sees an error', () => {
    const { production, seen, log } = release('1.4.0');
    expect(production?.outcome).toBe('rolled-back');
    expect(['trip-wire', 'guard', 'workload']).toContain(production?.cause.kind);
    expect(seen.errors).toBe(0);
    expect(log!.rescued).toBeGreaterThan(0);
    expect(log!.assigned).toBeLessThan(2_000);
    expect(log!.tippedToLastAssignedMs).toBeLessThan(2_000);
  });

  it('1.5.0 goes on after kill -9 of the control plane, and the gateways answered throughout', () => {
    const { kill } = story;
    expect(kill.sameRollout).toBe(true);
    expect(kill.shipped.production?.outcome).toBe('completed');
    expect(kill.answeredWhileDead).toBeGreaterThan(500);
    expect(kill.errorsWhileDead).toBe(0);
    expect(kill.shipped.seen.errors).toBe(0);
  });

  it('the previous release comes back without a working tree, and everything can be traced and verified', () => {
    const { back } = story;
    expect(back).toMatchObject({ from: '1.5.0', to: '1.1.0', treesLeft: 0, verdict: { ok: true } });
    expect(back.seen.errors).toBe(0);
    expect(back.trace.invocation).not.toBeNull();
    expect(back.traceText).toContain('1.1.0');
  });
});
