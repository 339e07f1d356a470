import { expect, it } from 'vitest';
import { openEvalProgress, progressText } from './eval-progress.ts';

const progress = {
  id: 'run',
  done: 400,
  total: 1_000,
  errors: 3,
  doneBefore: 100,
  waitMs: null,
  calls: 400,
  cachedAnswers: 0,
  tokens: null,
  usd: 1.234,
};

it('says how fast this part of the run is, how long the rest will take and what it cost so far', () => {
  expect(progressText(progress, 10_000)).toBe('400 of 1000  3 errors  30/s  20 s left  $1.23');
  expect(progressText({ ...progress, usd: null, waitMs: 4_000, errors: 1 }, 100)).toBe(
    '400 of 1000  1 error  rate limited, waiting 4 s',
  );
});

it('draws one line on a terminal and takes it away, and elsewhere writes a line now and then', () => {
  let text = '';
  let nowMs = 0;
  const io = { err: (more: string) => (text += more), columns: 0, nowMs: () => nowMs };
  const drawn = openEvalProgress({ ...io, canAsk: true });
  drawn.show(progress);
  drawn.show(progress);
  drawn.end();
  expect(text).toBe('\r\x1b[2K400 of 1000  3 errors  $1.23\r\x1b[2K');
  text = '';
  const plain = openEvalProgress({ ...io, canAsk: false });
  for (nowMs = 0; nowMs <= 25_000; nowMs += 200) plain.show(progress);
  plain.end();
  expect(text.split('\n')).toHaveLength(3);
});
