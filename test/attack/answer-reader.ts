import type { Socket } from 'node:net';

export interface ReadAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

/**
 * Reads the answers to requests with these methods from a connection, in order. Rejects when the connection ends before the
 * last is whole, when one cannot be read, or when nothing comes for `withinMs`.
 */
export function readAnswers(
  socket: Socket,
  methods: readonly string[],
  withinMs = 20_000,
): Promise<ReadAnswer[]> {
  return new Promise((resolve, reject) => {
    const answers: ReadAnswer[] = [];
    let waiting: Buffer[] = [];
    let bytes = 0;
    /** Nothing can be whole before so much is there. */
    let neededBytes = 0;
    const done = (error: Error | null): void => {
      clearTimeout(late);
      socket.off('data', onData).off('close', onClose);
      if (error === null) resolve(answers);
      else reject(error);
    };
    const onClose = (): void =>
      done(
        new Error(
          `the connection ended after ${answers.length} of ${methods.length} answers, with ${bytes} bytes of the next; the last was ${answers.at(-1)?.head}`,
        ),
      );
    const onData = (chunk: Buffer): void => {
      late.refresh();
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < neededBytes) return;
      let rest = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      try {
        while (answers.length < methods.length) {
          const found = nextAnswer(rest, methods[answers.length]!);
          if (typeof found === 'number') {
            neededBytes = found;
            break;
          }
          answers.push(found.answer);
          rest = found.rest;
          neededBytes = 0;
        }
      } catch (error) {
        done(error as Error);
        return;
      }
      waiting = [rest];
      bytes = rest.length;
      if (answers.length === methods.length)
        done(rest.length === 0 ? null : new Error('bytes behind the last answer'));
    };
    const late = setTimeout(() => done(new Error('no answer in time')), withinMs);
    socket.on('data', onData).on('close', onClose);
  });
}

/** The first answer in these bytes, or how many are needed to look again. */
function nextAnswer(bytes: Buffer, method: string): { answer: ReadAnswer; rest: Buffer } | number {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return bytes.length + 1;
  const head = bytes.subarray(0, end).toString('latin1');
  const status = Number(/^HTTP\/1\.1 (\d\d\d) /.exec(head)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no answer: ${head.slice(0, 80)}`);
  let at = end + 4;
  const answer = (body: Buffer) => ({ answer: { status, head, body }, rest: bytes.subarray(at) });
  if (status < 200) {
    const next = nextAnswer(bytes.subarray(at), method);
    return typeof next === 'number' ? next + at : next;
  }
  if (method === 'HEAD' || status === 204 || status === 304) return answer(Buffer.alloc(0));
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    const pieces: Buffer[] = [];
    for (;;) {
      const lineEnd = bytes.indexOf('\r\n', at);
      if (lineEnd === -1) return bytes.length + 1;
      const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
      if (Number.isNaN(size)) throw new Error('no chunk size');
      at = lineEnd + 2 + size + 2;
      if (bytes.length < at) return at;
      if (size === 0) return answer(Buffer.concat(pieces));
      pieces.push(bytes.subarray(lineEnd + 2, at - 2));
    }
  }
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  if (Number.isNaN(length)) throw new Error(`an answer without length: ${head}`);
  at += length;
  return bytes.length < at ? at : answer(bytes.subarray(at - length, at));
}
