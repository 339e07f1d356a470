export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  /** Lower-case name and value, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/**
 * Reads requests out of bytes (latin1) as the narrowest reader would. Throws an Error for whatever another reader could take
 * for something else; bytes of a request that is not complete are given back as `rest`.
 */
export function strictRequests(text: string): { requests: StrictRequest[]; rest: string } {
  const requests: StrictRequest[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { requests, rest };
    const [first, ...lines] = rest.slice(0, end).split('\r\n') as [string, ...string[]];
    const line = /^([A-Z-]+) (\/[!-~]*) HTTP\/1\.1$/.exec(first);
    if (line === null) throw new Error(`no request line: ${first}`);
    const headers = lines.map((one): [string, string] => {
      const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t -~\x80-\xff]*)$/.exec(one);
      if (match === null) throw new Error(`no header: ${JSON.stringify(one)}`);
      return [match[1]!.toLowerCase(), match[2]!];
    });
    const all = (name: string): string[] => headers.filter(([one]) => one === name).map(([, value]) => value);
    const [lengths, codings] = [all('content-length'), all('transfer-encoding')];
    if (all('host').length !== 1) throw new Error('not one host');
    if (lengths.length + codings.length > 1) throw new Error('framed twice');
    const from = end + 4;
    let body = '';
    let next = from;
    if (codings.length === 1) {
      if (codings[0] !== 'chunked') throw new Error(`coding ${codings[0]}`);
      for (;;) {
        const size = /^([0-9a-fA-F]+)\r\n/.exec(rest.slice(next, next + 20));
        if (size === null) return { requests, rest };
        const bytes = Number.parseInt(size[1]!, 16);
        next += size[0].length;
        const tail = rest.slice(next + bytes, next + bytes + 2);
        if (tail.length < 2) return { requests, rest };
        if (tail !== '\r\n') throw new Error('a chunk does not end where it says');
        body += rest.slice(next, next + bytes);
        next += bytes + 2;
        if (bytes === 0) break;
      }
    } else if (lengths.length === 1) {
      if (!/^\d+$/.test(lengths[0]!)) throw new Error(`length ${lengths[0]}`);
      next += Number(lengths[0]);
      if (rest.length < next) return { requests, rest };
      body = rest.slice(from, next);
    }
    requests.push({ method: line[1]!, target: line[2]!, headers, body });
    rest = rest.slice(next);
  }
}
