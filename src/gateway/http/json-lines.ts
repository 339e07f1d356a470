/** Longer lines are refused: the sender is broken, and memory is not for it. */
const LINE_BYTES_AT_MOST = 32 * 1024 * 1024;
const NEWLINE = 10;

/** Cuts a byte stream into JSON values, one a line. Throws a SyntaxError for a line that is no JSON or endless. */
export function jsonLines(onValue: (value: unknown) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let bytes = 0;
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const tail = chunk.subarray(from, at);
      const line = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
      parts = [];
      bytes = 0;
      from = at + 1;
      if (line.length > 0) onValue(JSON.parse(line.toString('utf8')));
    }
    if (from === chunk.length) return;
    parts.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > LINE_BYTES_AT_MOST) throw new SyntaxError('a line without end');
  };
}
