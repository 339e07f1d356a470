export interface ServerSentEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/**
 * Reads Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) out of an answer. Ends with
 * it, and when nothing at all, not even a comment, came for `silenceMs`. Leaving the loop closes the connection.
 */
export async function* readServerSentEvents(
  response: Response,
  silenceMs: number,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  try {
    for (;;) {
      const piece = await within(reader.read(), silenceMs);
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

const within = async <T>(promise: Promise<T>, timeoutMs: number): Promise<T | null> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
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
