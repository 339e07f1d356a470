import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canaryLane, guardReading, nowMs } from '../../client/testing/canary-lane.ts';
import { palette } from './palette.ts';
import { cutTo, renderLane } from './render-lane.ts';

const plain = { palette: palette(false), nowMs, columns: 80 };

describe('the tree of a lane', () => {
  it('shows what happens and why, the stages, both tracks and the evidence', () => {
    expect(renderLane(canaryLane(), plain)).toBe(
      [
        'spam-filter in production   1.0.0 → 1.1.0   canary, by admin (jane)',
        '▶ 1.1.0 gets 10 % of the requests: it waits for about 400 more requests',
        '  (errors).',
        '├─ ✔ evaluate      passed in 26 s  420 cases, accuracy 98.3 % [96.6 % to 99.2 %]',
        '├─ ▶ 10 %          now, for 1 min 12 s',
        '│    track                    answered  failed  rescued      p50      p99',
        '│    stable 1.0.0               4,102     12       0   1.1 ms   4.3 ms',
        '│    candidate 1.1.0              460      1       1   1.1 ms   4.3 ms',
        '│    guard     stable             candidate          rollback   advance',
        '│    errors    12/4,102 0.29 %    1/455 0.22 %       ░░░░░ 14 % ███░░ 70 %',
        '│    waits for  about 400 more requests (errors)',
        '├─ ○ 50 %          to come  (evidence)',
        '└─ ○ 100 %         to come  (evidence)',
      ].join('\n'),
    );
  });

  it('is no wider than the terminal, whatever its width and with colours', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    const colours = /\x1b\[\d+m/g;
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 120 }), fc.boolean(), (columns, isColoured) => {
        const text = renderLane(canaryLane(), { palette: palette(isColoured), nowMs, columns });
        for (const line of text.split('\n'))
          expect([...line.replace(colours, '')].length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('says it in words, not in colour alone', () => {
    const coloured = renderLane(canaryLane(), { ...plain, palette: palette(true) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(renderLane(canaryLane(), plain));
    expect(coloured).not.toBe(renderLane(canaryLane(), plain));
  });

  it('marks a stage that somebody left before its gates had passed', () => {
    const [passed] = canaryLane().rollout!.passed;
    const lane = canaryLane({ passed: [{ ...passed!, gates: {} }] });
    expect(renderLane(lane, plain)).toContain('⏭ evaluate      left by hand after 26 s');
  });

  it('does not call passed what had nothing to show', () => {
    const lane = canaryLane();
    const { order, passed } = lane.rollout!;
    const [first, ...others] = order.plan.stages;
    const stages = [{ ...first!, gates: [] }, ...others];
    const text = renderLane(
      canaryLane({
        order: { ...order, plan: { ...order.plan, stages } },
        passed: [{ ...passed[0]!, gates: {} }],
      }),
      plain,
    );
    expect(text).toContain('⏭ evaluate      skipped, nothing is required');
  });

  it('names the log of a release that did not run', () => {
    const { rollout, ...lane } = canaryLane();
    const ended = {
      order: rollout!.order,
      actor: 'admin',
      endedBy: 'engine',
      baseline: null,
      startedAtMs: nowMs,
      endedAtMs: nowMs,
      stage: -1,
      passed: [],
      outcome: 'rejected' as const,
      cause: { kind: 'workload' as const, detail: 'replica 0 exited with 1' },
    };
    const text = renderLane({ ...lane, rollout: null, ended: [ended] }, { ...plain, columns: 120 });
    expect(text).toContain('tidegate logs --service spam-filter --env production --release 1.1.0');
  });

  it('shows what a call costs on either track, and never nothing for what is not known', () => {
    const lane = canaryLane();
    const traffic = lane.traffic.map((one) =>
      one.track === 'stable' ? { ...one, costed: 4_000, costNanos: 24_000_000_000 } : one,
    );
    const lines = renderLane({ ...lane, traffic }, plain).split('\n');
    expect(lines.find((line) => line.includes('answered'))).toMatch(/p99 +a call$/);
    expect(lines.find((line) => line.includes('stable 1.0.0'))).toMatch(/ms +\$0\.00600$/);
    expect(lines.find((line) => line.includes('candidate 1.1.0'))).toMatch(/ms +\?$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows a guard that decides', () => {
    const crossed = { ...guardReading, rollback: { ...guardReading.rollback, crossed: true, logE: 9 } };
    expect(renderLane(canaryLane({ readings: [crossed] }), plain)).toContain('✘ crossed  ███░░ 70 %');
  });

  it('lets no text from outside steer the terminal', () => {
    const text = renderLane(canaryLane({ actor: 'admin (\x1b[2J\u202e)' }), plain);
    expect(text).not.toContain('\x1b');
    expect(text).not.toContain('\u202e');
  });
});

it('cuts a coloured line by what is seen of it, and closes its colour', () => {
  expect(cutTo('\x1b[31mabcdef\x1b[39m', 4)).toBe('\x1b[31mabc…\x1b[0m');
  expect(cutTo('abcdef', 6)).toBe('abcdef');
});
