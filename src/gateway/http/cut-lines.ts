const NEWLINE = 10;

export interface LineCutter {
  take(chunk: Buffer): void;
  /** Hands over what is left: a last line need not end in a newline. */
  end(): void;
}

/** Cuts a stream into lines, without the newline. A line longer than `bytesAtMost` is left out, and never held as a whole. */
export function cutLines(bytesAtMost: number, onLine: (line: Buffer) => void): LineCutter {
  let parts: Buffer[] = [];
  let bytes = 0;
  const add = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes <= bytesAtMost) parts.push(piece);
    else parts = [];
  };
  const finish = (): void => {
    const [first] = parts;
    if (first !== undefined) onLine(parts.length === 1 ? first : Buffer.concat(parts));
    parts = [];
    bytes = 0;
  };
  return {
    take(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      if (from < chunk.length) add(chunk.subarray(from));
    },
    end: finish,
  };
}
