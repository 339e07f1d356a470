import type { ModelEndpoint } from '../../core/judging/judge-method.ts';
import { usdOf } from '../run-evaluation/score-answer.ts';
import type { TargetClient } from '../target/target-client.ts';
import { targetClient } from '../target/target-client.ts';
import { endpointKey } from './endpoint-key.ts';
import type { KeptReplies, Used, UsedSoFar } from './kept-replies.ts';
import { resolveKey } from './resolve-key.ts';

/** What a model is asked, how its answer is read, and the name under which it is kept. */
export interface ModelAsk<Answer> {
  /** Everything that decides the answer, and the number of the repeat; as a digest. */
  readonly key: string;
  /** Made anew for each attempt. */
  readonly body: () => object;
  /** Null: it is not what was asked for. */
  readonly read: (value: unknown) => Answer | null;
}

export type ModelAnswer<Answer> =
  | { readonly kind: 'read'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly detail: string };

/** Asks one endpoint. Rejects only when `signal` is aborted, or the disk fails. */
export type AskModel = <Answer>(ask: ModelAsk<Answer>, signal: AbortSignal) => Promise<ModelAnswer<Answer>>;

/** What an endpoint answers with. */
export type ModelGives = 'message' | 'embeddings' | 'moderation';

/** Where it stands; null: what a chat calls its answer. */
const OUTPUT_OF: Readonly<Record<ModelGives, string | null>> = {
  message: null,
  embeddings: '/data',
  moderation: '/results',
};

/** The models that score answers. */
export interface Models {
  /** `gives` is what its answers hold. Openings of one endpoint share connections and waits. */
  readonly open: (endpoint: ModelEndpoint, gives: ModelGives) => AskModel;
  /** Everything opened so far that makes calls. */
  readonly clients: () => readonly TargetClient[];
  /** Told of what each call uses from now on. */
  readonly charge: (onUsed: (used: Used) => void) => void;
  /** What earlier parts of the run used that no summary of it has. */
  readonly unsettled: UsedSoFar;
  /** What was used so far stands in a summary. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ModelsOptions {
  readonly kept: KeptReplies;
  /** Calls under way at once, for each endpoint. */
  readonly concurrency: number;
  /** Fills in references to the environment. */
  readonly fill: (text: string) => string;
  readonly secrets: readonly string[];
  readonly random: () => number;
  /** What they said is replayed, so keys are not needed and not read. Default: they are called. */
  readonly callsNobody?: boolean;
}

/** Answers that are not what was asked for are asked for once more. */
const ATTEMPTS = 2;

export const openModels = ({
  kept,
  concurrency,
  fill,
  secrets,
  random,
  callsNobody = false,
}: ModelsOptions): Models => {
  const clients = new Map<string, TargetClient>();
  let onUsed: (used: Used) => void = () => {};
  const underWay = new Map<string, Promise<ModelAnswer<unknown>>>();

  const clientOf = (endpoint: ModelEndpoint, gives: ModelGives): TargetClient => {
    const key = `${gives} ${endpointKey(endpoint)}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const token = endpoint.apiKey === null || callsNobody ? null : resolveKey(endpoint.apiKey, fill);
    const client = targetClient({
      target: {
        label: endpoint.model,
        protocol: gives === 'message' ? 'openai' : 'http',
        url: fill(endpoint.url),
        method: 'POST',
        headers: {
          ...Object.fromEntries(Object.entries(endpoint.headers).map(([name, value]) => [name, fill(value)])),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the body comes whole, as the input of a case
        body: '${input}',
        output: OUTPUT_OF[gives],
        isStream: false,
        timeoutMs: endpoint.timeoutMs,
        usage: { input: '/usage/prompt_tokens', output: '/usage/completion_tokens' },
        price: endpoint.price,
        version: endpoint.version,
      },
      concurrency,
      secrets: token === null ? secrets : [...secrets, token],
      random,
    });
    clients.set(key, client);
    return client;
  };

  const askAnew = async <Answer>(
    client: TargetClient,
    endpoint: ModelEndpoint,
    { key, body, read }: ModelAsk<Answer>,
    signal: AbortSignal,
  ): Promise<ModelAnswer<Answer>> => {
    const found = await kept.get(key);
    const before = found === undefined ? null : read(found);
    if (before !== null) return { kind: 'read', answer: before };
    let seen = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const input = { model: endpoint.model, ...endpoint.parameters, ...body() };
      const given = await client.ask({ ...NO_CASE, input }, signal);
      if (given.kind === 'error')
        return { kind: 'failed', detail: `${endpoint.model}: ${given.reason}: ${given.detail}` };
      const used = { tokens: given.tokens, usd: usdOf(given.tokens, endpoint.price) };
      onUsed(used);
      const answer = read(given.output);
      await kept.put(answer === null ? null : key, answer === null ? null : given.output, used);
      if (answer !== null) return { kind: 'read', answer };
      seen = excerpt(given.output);
    }
    return {
      kind: 'failed',
      detail: `${endpoint.model} answered ${ATTEMPTS} times something else than it was asked for: ${seen}`,
    };
  };

  return {
    open: (endpoint, gives) => {
      const client = clientOf(endpoint, gives);
      return <Answer>(ask: ModelAsk<Answer>, signal: AbortSignal) => {
        // Two metrics may want the same answer at the same time.
        const same = underWay.get(ask.key);
        // Under one key, the same is asked and read in the same way.
        if (same !== undefined) return same as Promise<ModelAnswer<Answer>>;
        const asking = askAnew(client, endpoint, ask, signal).finally(() => underWay.delete(ask.key));
        underWay.set(ask.key, asking);
        return asking;
      };
    },
    clients: () => [...clients.values()],
    charge: (take) => {
      onUsed = take;
    },
    unsettled: kept.unsettled,
    settle: kept.settle,
    async close() {
      for (const client of clients.values()) await client.close();
      await kept.close();
    },
  };
};

const NO_CASE = { id: 'model', expected: null, tags: [], weight: 1, metadata: {}, position: 0 };

const excerpt = (output: unknown): string => {
  const text = (typeof output === 'string' ? output : JSON.stringify(output)).replace(/[\s\p{C}]+/gu, ' ');
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
};
