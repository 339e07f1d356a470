import type { PlainObject } from '../plain-object.ts';
import { isPlainObject } from '../plain-object.ts';

export type MappedProvider =
  | {
      readonly kind: 'target';
      readonly label: string;
      /** As it stands under `target:` in a tidegate-eval.yaml. */
      readonly target: PlainObject;
      /** Parts of it that were not carried over, each with why. */
      readonly leftOut: readonly (readonly [what: string, why: string])[];
    }
  | { readonly kind: 'left-out'; readonly label: string; readonly why: string };

/** Makers whose chat API is OpenAI's, with the variable that promptfoo reads the key from; null: no key. */
const CHATS: Readonly<Record<string, { readonly base: string; readonly key: string | null }>> = {
  openai: { base: 'https://api.openai.com/v1', key: 'OPENAI_API_KEY' },
  openrouter: { base: 'https://openrouter.ai/api/v1', key: 'OPENROUTER_API_KEY' },
  groq: { base: 'https://api.groq.com/openai/v1', key: 'GROQ_API_KEY' },
  mistral: { base: 'https://api.mistral.ai/v1', key: 'MISTRAL_API_KEY' },
  deepseek: { base: 'https://api.deepseek.com/v1', key: 'DEEPSEEK_API_KEY' },
  ollama: { base: 'http://localhost:11434/v1', key: null },
};

const PARAMETERS = new Set([
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'seed',
  'response_format',
  'tools',
  'tool_choice',
  'reasoning_effort',
]);
const SECRET_HEADERS = /^(authorization|proxy-authorization|x-api-key|api-key|cookie)$/i;

/** A line of `providers` (or `targets`): `openai:chat:gpt-4o`, an address, or a map of either with `config`. */
export const mapProvider = (given: unknown): MappedProvider => {
  const [id, rest] = parts(given);
  const config = isPlainObject(rest.config) ? rest.config : {};
  const label = typeof rest.label === 'string' ? rest.label : id;
  if (id === '') return { kind: 'left-out', label: 'a provider', why: 'it has no id that can be read here' };
  const kept = ['id', 'label', 'config'];
  const unknown = Object.keys(rest)
    .filter((key) => !kept.includes(key))
    .map((key) => [`${key} of the provider ${label}`, 'it has no counterpart'] as const);
  if (/^https?:\/\//.test(id) || id === 'http' || id === 'https') {
    const url = typeof config.url === 'string' ? config.url : /^https?:\/\//.test(id) ? id : null;
    return url === null
      ? { kind: 'left-out', label, why: 'it has no url' }
      : { ...overHttp(url, label, config), leftOut: [...overHttp(url, label, config).leftOut, ...unknown] };
  }
  const [maker = '', ...names] = id.split(':');
  const chat = CHATS[maker];
  const model = (names[0] === 'chat' ? names.slice(1) : names).join(':');
  if (
    chat === undefined ||
    ['completion', 'embeddings', 'responses', 'realtime', 'assistant'].includes(names[0] ?? '')
  )
    return { kind: 'left-out', label, why: 'it is neither an address nor a chat as OpenAI offers it' };
  const mapped = asChat(chat, label, model, config);
  return { ...mapped, leftOut: [...mapped.leftOut, ...unknown] };
};

const parts = (given: unknown): readonly [id: string, rest: PlainObject] => {
  if (typeof given === 'string') return [given, {}];
  if (!isPlainObject(given)) return ['', {}];
  if (typeof given.id === 'string') return [given.id, given];
  // `- openai:gpt-4o: {config: …}`
  const [only, ...others] = Object.entries(given);
  return only !== undefined && others.length === 0 && isPlainObject(only[1])
    ? [only[0], only[1]]
    : ['', given];
};

type Target = Extract<MappedProvider, { readonly kind: 'target' }>;

const asChat = (
  { base, key }: { readonly base: string; readonly key: string | null },
  label: string,
  model: string,
  config: PlainObject,
): Target => {
  const leftOut: [string, string][] = [];
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (PARAMETERS.has(name)) parameters[name] = value;
    else if (name === 'passthrough' && isPlainObject(value)) Object.assign(parameters, value);
    else if (name === 'apiKey')
      leftOut.push([`apiKey of ${label}`, 'a key is given by reference only: set its variable']);
    else if (!['apiBaseUrl', 'apiHost', 'apiKeyEnvar'].includes(name))
      leftOut.push([`config.${name} of ${label}`, 'it has no counterpart']);
  }
  const root =
    typeof config.apiBaseUrl === 'string'
      ? config.apiBaseUrl
      : typeof config.apiHost === 'string'
        ? `https://${config.apiHost}/v1`
        : base;
  const variable = typeof config.apiKeyEnvar === 'string' ? config.apiKeyEnvar : key;
  return {
    kind: 'target',
    label,
    leftOut,
    target: {
      label,
      url: `${referring(root).replace(/\/$/, '')}/chat/completions`,
      model,
      ...(variable === null ? {} : { headers: { authorization: `Bearer \${env:${variable}}` } }),
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    },
  };
};

const HTTP_KEYS = ['url', 'method', 'headers', 'body', 'transformResponse', 'responseParser'];

const overHttp = (url: string, label: string, config: PlainObject): Target => {
  const leftOut: [string, string][] = Object.keys(config)
    .filter((key) => !HTTP_KEYS.includes(key))
    .map((key) => [`config.${key} of ${label}`, 'it has no counterpart']);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(isPlainObject(config.headers) ? config.headers : {})) {
    const text = referring(String(value));
    if (!SECRET_HEADERS.test(name) || text.includes('${env:')) headers[name] = text;
    else {
      const variable = `TARGET_${name.toUpperCase().replaceAll('-', '_')}`;
      headers[name] = `\${env:${variable}}`;
      leftOut.push([
        `the value of the header ${name}`,
        `a secret is given by reference only: set ${variable}`,
      ]);
    }
  }
  const response = config.transformResponse ?? config.responseParser;
  const output = response === undefined ? '' : pointerOf(response);
  if (output === null)
    leftOut.push([
      `transformResponse of ${label}`,
      'it is more than a path: name what is scored with `output:`',
    ]);
  const method = typeof config.method === 'string' ? config.method.toUpperCase() : 'POST';
  if (!['GET', 'POST'].includes(method)) leftOut.push([`method ${method} of ${label}`, 'POST is used']);
  return {
    kind: 'target',
    label,
    leftOut,
    target: {
      label,
      url: placed(referring(url)),
      ...(method === 'GET' ? { method } : {}),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      protocol: 'http',
      ...(config.body === undefined ? {} : { body: bodyOf(config.body) }),
      ...(output === null || output === '' ? {} : { output }),
    },
  };
};

const bodyOf = (body: unknown): unknown => {
  if (typeof body !== 'string') return deep(body);
  try {
    return deep(JSON.parse(body));
  } catch {
    return placed(referring(body));
  }
};

const deep = (value: unknown): unknown => {
  if (typeof value === 'string') return placed(referring(value));
  if (Array.isArray(value)) return value.map(deep);
  return isPlainObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]))
    : value;
};

/** `{{env.NAME}}` as a reference to the environment. */
const referring = (text: string): string =>
  text.replace(/\{\{\s*env\.([A-Za-z_]\w*)\s*\}\}/g, (_, name: string) => `\${env:${name}}`);

/** `{{prompt}}` is the input of a case; every other name one of its variables. */
const placed = (text: string): string =>
  text.replace(/\{\{\s*([A-Za-z_]\w*)(?:\s*\|\s*dump)?\s*\}\}/g, (_, name: string) =>
    name === 'prompt' ? `\${input}` : `\${metadata.vars.${name}}`,
  );

/** `json.choices[0].text` as a JSON pointer; null for what is no plain path. */
const pointerOf = (expression: unknown): string | null => {
  if (typeof expression !== 'string') return null;
  const path = /^(?:json|data)((?:\.[A-Za-z_]\w*|\[\d+\]|\[(?:'[^']*'|"[^"]*")\])*)$/.exec(
    expression.trim(),
  )?.[1];
  if (path === undefined) return null;
  return [...path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]|\[['"]([^'"]*)['"]\]/g)]
    .map(
      ([, name, index, quoted]) =>
        `/${(name ?? index ?? quoted ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
};
