export interface ServerSentEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/**
 * Reads Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) out of an answer. Ends with
 * it, with `signal`, and when nothing at all, not even a comment, came for `silenceMs`. Leaving the loop closes the
 * connection.
 */
export async function* readServerSentEvents(
  response: Response,
  silenceMs: number,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  try {
    for (;;) {
      const piece = await within(reader.read(), silenceMs, signal);
      if (piece === null || piece.done) return;
      rest += piece.value.replaceAll('\r', '');
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const message = parse(rest.slice(0, end));
        rest = rest.slice(end + 2);
        if (message !== null) yield message;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Null when the time is up or the signal came first. */
const within = async <T>(promise: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T | null> => {
  let giveUp = (): void => {};
  const tooLate = new Promise<null>((resolve) => {
    giveUp = () => resolve(null);
  });
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
};

const parse = (block: string): ServerSentEvent | null => {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const match = /^(event|id|data):[ ]?(.*)$/.exec(line);
    if (match?.[1] === 'event') event = match[2]!;
    if (match?.[1] === 'id') id = match[2]!;
    if (match?.[1] === 'data') data.push(match[2]!);
  }
  return data.length === 0 && id === null ? null : { event, id, data: data.join('\n') };
};
