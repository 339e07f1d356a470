import { duration } from '../../client/figures.ts';
import type { GoodRelease } from '../../simulator/predict/prediction.ts';

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const rows = 3;
/** Of a stage. */
const LEAST_WIDTH = 3;
const levels = rows * (blocks.length - 1);

/**
 * Share of the candidate over time, as a few lines of block characters with the times of the stages' beginnings below. The
 * width of a stage is its part of the time, but never nothing. Nothing is drawn for a single stage. `columns` is what there is to draw in.
 */
export const shareChart = ({ course }: GoodRelease, columns: number): string[] => {
  const end = course.at(-1);
  if (end === undefined || course.length < 3 || end.atMs <= 0) return [];
  const label = duration(end.atMs);
  // Beside the axis, the time at its end, and what narrow stages are widened by.
  const width = Math.max(20, Math.min(columns - 8 - label.length - LEAST_WIDTH * course.length, 64));
  const spans = course.slice(0, -1).map((point, index) => ({
    ...point,
    width: Math.max(LEAST_WIDTH, Math.round(((course[index + 1]!.atMs - point.atMs) / end.atMs) * width)),
  }));
  const heights = spans.flatMap(({ share, width: of }) =>
    // The least that can be seen stands for the least share that is not nothing.
    new Array<number>(of).fill(share === 0 ? 0 : Math.max(1, Math.round(share * levels))),
  );
  const lines = Array.from({ length: rows }, (_, row) => {
    const floor = (rows - 1 - row) * (blocks.length - 1);
    const text = heights
      .map((height) => blocks[Math.min(blocks.length - 1, Math.max(0, height - floor))])
      .join('');
    return `${row === 0 ? '100 %' : row === rows - 1 ? '  0 %' : '     '} │${text}`.trimEnd();
  });
  return [...lines, `      └${'─'.repeat(heights.length)} ${label}`];
};

/** A bar whose length grows with the logarithm, so that 10 and 10,000 fit into one picture; empty for nothing. */
export const logBar = (value: number, most: number, width: number): string => {
  if (value <= 0 || most <= 0) return '';
  const length = Math.round((Math.log10(1 + value) / Math.log10(1 + most)) * width);
  return '█'.repeat(Math.max(1, length));
};
