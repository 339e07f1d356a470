import { isHosted, type ProviderUse } from '../../core/routing/provider.ts';
import type { ProviderKeys } from './provider-keys.ts';
import { type Provider, providers } from './providers.ts';

/** A provider made ready for serving. */
export interface LiveProvider {
  readonly use: ProviderUse;
  readonly table: Provider;
  readonly hasKey: boolean;
  /** Null when there is none to be had; only asked where `hasKey`. */
  readonly key: () => string | null;
}

/** What clients send to say who they are, by the name each provider gives it. Ours says it instead. */
const CREDENTIALS = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'openai-organization',
  'openai-project',
]);
/** Says something about the client or about us, which a company need not know. */
const PRIVATE = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'forwarded',
  'via',
  'x-real-ip',
  'traceparent',
  'tracestate',
]);

export function openProvider(use: ProviderUse, keys: ProviderKeys): LiveProvider {
  const { apiKey } = use;
  return {
    use,
    table: providers[use.name],
    hasKey: apiKey !== undefined,
    key: () => (apiKey === undefined ? null : keys.of(apiKey)),
  };
}

/**
 * The headers a provider gets, out of those that any upstream would get (names and values in turn). An encoding is not asked
 * for: what is compressed cannot be read on the way through.
 */
export function providerHeaders(
  headers: readonly string[],
  { use, table, hasKey }: LiveProvider,
  key: string | null,
): string[] {
  const isAway = isHosted(use.name);
  const list: string[] = [];
  const given = new Set<string>();
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    if (name === 'accept-encoding' || (hasKey && CREDENTIALS.has(name))) continue;
    if (isAway && (PRIVATE.has(name) || name.startsWith('tidegate-'))) continue;
    given.add(name);
    list.push(headers[at]!, headers[at + 1]!);
  }
  for (const name in table.headers) if (!given.has(name)) list.push(name, table.headers[name]!);
  list.push('accept-encoding', 'identity');
  if (key !== null) list.push(table.key.header, table.key.prefix + key);
  return list;
}
