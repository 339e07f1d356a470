import type { CliIo } from '../cli-io.ts';

/** A block of text at the end of the terminal that is drawn anew in its place. */
export const openScreen = (io: Pick<CliIo, 'out' | 'rows'>) => {
  let height = 0;
  let shown = '';
  return {
    draw(text: string): void {
      if (text === shown) return;
      // What has scrolled out of the window cannot be drawn over.
      const lines = text.split('\n').slice(0, Math.max(1, io.rows - 1));
      const back = height === 0 ? '' : `\x1b[${height}A\r\x1b[0J`;
      io.out(`${back}${lines.join('\n')}\n`);
      height = lines.length;
      shown = text;
    },
    /** What stands there stays. */
    close(): void {
      height = 0;
    },
  };
};
