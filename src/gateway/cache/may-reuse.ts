import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import type { Exchange } from '../exchange.ts';
import { isMemberTrue, membersIn } from '../http/json-members.ts';
import { cacheDirectives } from './cache-directives.ts';

/** What may be done with a request that the policy is about. */
export interface Reuse {
  /** It may be given an answer that somebody else was given. */
  readonly mayLook: boolean;
  /** Its own answer may be given to others. */
  readonly mayKeep: boolean;
  /** How old the answer may be that it is given. */
  readonly ageMsAtMost: number;
}

const FRESH: Reuse = { mayLook: true, mayKeep: true, ageMsAtMost: Number.POSITIVE_INFINITY };
/** Asks for a part of an answer, or for one only if it has changed, or wants another protocol. */
const PARTIAL = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'upgrade'];
/** Of `openai` services: endpoints whose answers leave nothing behind. A response (`/v1/responses`) is stored by the service. */
const MODEL_PATHS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/messages'];

/** Null: nothing of the cache is for this request. */
export function mayReuse(exchange: Exchange, policy: CachePolicy): Reuse | null {
  const { req, body, expectsStream } = exchange;
  if (body !== null && !Buffer.isBuffer(body)) return null;
  if (expectsStream && !policy.hasStreams) return null;
  if (!isAbout(exchange, policy)) return null;
  const { headers } = req;
  for (const name of PARTIAL) if (headers[name] !== undefined) return null;
  const control = headers['cache-control'];
  if (control === undefined) return headers.pragma === 'no-cache' ? { ...FRESH, mayLook: false } : FRESH;
  const directives = cacheDirectives(control);
  if (directives.has('no-store')) return { mayLook: false, mayKeep: false, ageMsAtMost: 0 };
  const atMostSeconds = directives.seconds('max-age');
  return {
    mayLook: !directives.has('no-cache') && atMostSeconds !== 0,
    mayKeep: true,
    ageMsAtMost: atMostSeconds === null ? FRESH.ageMsAtMost : atMostSeconds * 1000,
  };
}

/** Whether it asks for an answer of the kind that the policy means. */
function isAbout({ req, service, path, body }: Exchange, policy: CachePolicy): boolean {
  const { protocol } = service.route;
  const question = path.indexOf('?');
  const bare = question === -1 ? path : path.slice(0, question);
  const isNamed = policy.paths?.some((one) => isAt(bare, one)) ?? false;
  if (policy.paths !== undefined && !isNamed) return false;
  switch (protocol) {
    case 'http':
      return req.method === 'GET'
        ? policy.methods.includes('GET')
        : req.method === 'POST' && isNamed && policy.methods.includes('POST');
    case 'open-inference':
      return req.method === 'POST' && (isNamed || bare.endsWith('/infer'));
    case 'openai':
      if (req.method !== 'POST' || !Buffer.isBuffer(body) || !(isNamed || MODEL_PATHS.includes(bare)))
        return false;
      // Whoever has the service store it wants more than an answer.
      if (isMemberTrue(body, 'store')) return false;
      return !policy.isDeterministicOnly || bare.endsWith('/embeddings') || isDeterministic(body);
  }
}

const isAt = (path: string, pattern: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

/** Readers differ in which of two members of one name they take, so there must be one. */
function isDeterministic(body: Buffer): boolean {
  const only = (name: string): string | null => {
    const spans = membersIn(body, name);
    return spans.length === 1 ? body.toString('latin1', spans[0]!.from, spans[0]!.to) : null;
  };
  const temperature = only('temperature');
  if (temperature !== null && /^-?0(\.0+)?([eE][+-]?[0-9]+)?$/.test(temperature)) return true;
  const seed = only('seed');
  return seed !== null && /^-?[0-9]+$/.test(seed);
}
