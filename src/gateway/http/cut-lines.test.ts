import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutLines } from './cut-lines.ts';

const linesOf = (pieces: readonly string[], bytesAtMost: number): string[] => {
  const lines: string[] = [];
  const cutter = cutLines(bytesAtMost, (line) => lines.push(line.toString()));
  for (const piece of pieces) cutter.take(Buffer.from(piece));
  cutter.end();
  return lines;
};

it('cuts lines the same way however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab\n]{0,8}$/)), (pieces) => {
      const whole = pieces
        .join('')
        .split('\n')
        .filter((line) => line !== '');
      expect(linesOf(pieces, 1_000).filter((line) => line !== '')).toEqual(whole);
    }),
  );
});

it('leaves out a line that is too long, all of it, and goes on with the next', () => {
  expect(linesOf(['ab', 'cdef', 'g\nnext\nabcde'], 4)).toEqual(['next']);
  expect(linesOf(['abcd\n', 'abcde\nx'], 4)).toEqual(['abcd', 'x']);
});
