/** What a user gets to see of one answer. */
export type Asked =
  | {
      readonly kind: 'answer';
      readonly text: string;
      readonly release: string;
      readonly invocation: string | null;
      /** Until the first word. */
      readonly firstWordMs: number;
      readonly tookMs: number;
    }
  | { readonly kind: 'error'; readonly detail: string };

/** Asks once, streamed, and reads to the end. Never throws. */
export const ask = async (
  gateway: string,
  question: string,
  options: { readonly user: string; readonly timeoutMs: number },
): Promise<Asked> => {
  const startedAtMs = performance.now();
  try {
    const response = await fetch(new URL('/v1/chat/completions', gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': options.user },
      body: JSON.stringify({
        model: 'support-assistant',
        messages: [{ role: 'user', content: question }],
        stream: true,
      }),
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    if (!response.ok || response.body === null) return { kind: 'error', detail: `status ${response.status}` };
    let text = '';
    let firstWordMs = 0;
    let isComplete = false;
    for await (const event of events(response.body)) {
      if (event === '[DONE]') {
        isComplete = true;
        continue;
      }
      const { choices } = JSON.parse(event) as { choices: { delta: { content?: string } }[] };
      const word = choices[0]?.delta.content ?? '';
      if (word !== '' && text === '') firstWordMs = performance.now() - startedAtMs;
      text += word;
    }
    if (!isComplete) return { kind: 'error', detail: 'the stream broke off' };
    return {
      kind: 'answer',
      text,
      release: response.headers.get('tidegate-release') ?? 'unknown',
      invocation: response.headers.get('tidegate-invocation'),
      firstWordMs,
      tookMs: performance.now() - startedAtMs,
    };
  } catch (error) {
    return { kind: 'error', detail: String(error) };
  }
};

async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length);
  }
}
