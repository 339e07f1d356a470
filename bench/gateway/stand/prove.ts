import { ANSWER, STATUS, type Target } from './proxies.ts';

const TIMES = 3;
/** What load.lua sends. */
const BODY = JSON.stringify({
  model: 'bench',
  messages: [{ role: 'user', content: 'hello' }],
  inputs: [{ name: 'mail', shape: [1], datatype: 'BYTES', data: ['x'.repeat(880)] }],
});

/**
 * That a target answers 200 with what the upstream says, and asks the upstream every time. Gateways write the JSON anew,
 * so the answer and its token counts are compared, not the bytes.
 * @throws with the answer where it is another one, or where an answer did not come from the upstream.
 */
export async function prove(target: Target, upstreamPort: number): Promise<void> {
  const before = await requestsOf(upstreamPort);
  for (let time = 0; time < TIMES; time += 1) {
    const response = await fetch(`http://127.0.0.1:${target.port}${target.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': 'user-0', ...target.headers },
      body: BODY,
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.status !== 200 || partsThatCount(text) !== partsThatCount(ANSWER))
      throw new Error(`${target.name} answers ${response.status}: ${text.slice(0, 500)}`);
  }
  // The second look is a request too.
  const asked = (await requestsOf(upstreamPort)) - before - 1;
  if (asked < TIMES)
    throw new Error(`${target.name} answered ${TIMES} requests and asked upstream ${asked} times`);
}

interface Answer {
  readonly choices: readonly {
    readonly message: { readonly content: string };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

function partsThatCount(text: string): string {
  let answer: Partial<Answer>;
  try {
    answer = JSON.parse(text) as Partial<Answer>;
  } catch {
    return text;
  }
  const { choices, usage } = answer;
  const one = choices?.[0];
  return JSON.stringify([
    choices?.length,
    one?.message.content,
    one?.finish_reason,
    usage?.prompt_tokens,
    usage?.completion_tokens,
  ]);
}

/** How many requests the upstream has had, this one among them. */
async function requestsOf(upstreamPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${upstreamPort}${STATUS}`)).text();
  const requests = /requests\s+\d+ \d+ (\d+)/.exec(text)?.[1];
  if (requests === undefined)
    throw new Error(`the upstream says nothing of its requests: ${text.slice(0, 200)}`);
  return Number(requests);
}
