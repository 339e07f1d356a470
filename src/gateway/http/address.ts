import type { Protocol } from '../../core/routing/table.ts';

/** What a request line asks for, before any table is consulted. */
export type Address =
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly path: string;
      readonly protocol: Protocol | null;
    }
  /** An OpenAI call: the service stands in the field `model` of its JSON body. */
  | { readonly kind: 'model'; readonly path: string }
  | { readonly kind: 'models' }
  | { readonly kind: 'one-model'; readonly service: string }
  | { readonly kind: 'feedback' }
  | { readonly kind: 'health' }
  /** Health of an Open Inference server as a whole; the gateway answers for itself. */
  | { readonly kind: 'server-health'; readonly asks: 'live' | 'ready' }
  | { readonly kind: 'server-metadata' }
  | { readonly kind: 'unusable'; readonly detail: string }
  | { readonly kind: 'nothing' };

const SERVICES = '/services/';
const OIP = '/v2/models/';
const OPENAI = '/v1/';
/** Separators also as services may read them: encoded, as backslashes, and with parameters behind the dots (`..;x`). */
const climbs = /(?:^|\/|\\|%2f|%5c)(?:\.|%2e){1,2}(?:\/|\\|%2f|%5c|;|%3b|$)/i;
/** What no URI may contain, and what makes readers disagree about where the path ends. */
const breaksPath = /[\\"<>]/;

/** Reads the method and the target of a request. Targets in absolute form lose their scheme and authority. */
export function addressOf(method: string, target: string): Address {
  const url = target.charCodeAt(0) === 47 ? target : withoutAuthority(target);
  if (url === null) return { kind: 'unusable', detail: 'The request target is neither a path nor a URL.' };
  if (url.includes('#')) return { kind: 'unusable', detail: 'The request target has a fragment.' };
  const question = url.indexOf('?');
  const path = question === -1 ? url : url.slice(0, question);
  if (breaksPath.test(path))
    return { kind: 'unusable', detail: 'The path has characters that no URI may have.' };
  if ((path.includes('.') || path.includes('%')) && climbs.test(path)) {
    return { kind: 'unusable', detail: 'The path contains "." or ".." segments.' };
  }
  if (path.startsWith(OIP)) {
    return { kind: 'service', service: segment(path, OIP.length), path: url, protocol: 'open-inference' };
  }
  if (path.startsWith(SERVICES)) {
    const service = segment(path, SERVICES.length);
    const rest = url.slice(SERVICES.length + service.length);
    return { kind: 'service', service, path: rest.startsWith('/') ? rest : `/${rest}`, protocol: null };
  }
  if (path === '/healthz') return { kind: 'health' };
  if (path.startsWith(OPENAI)) return openaiAddress(method, path, url);
  if (path === '/v2/health/live') return { kind: 'server-health', asks: 'live' };
  if (path === '/v2/health/ready') return { kind: 'server-health', asks: 'ready' };
  if (path === '/v2' || path === '/v2/') return { kind: 'server-metadata' };
  return { kind: 'nothing' };
}

function openaiAddress(method: string, path: string, url: string): Address {
  if (path === '/v1/feedback') return { kind: 'feedback' };
  if (path === '/v1/models') return { kind: 'models' };
  if (path.startsWith('/v1/models/') && method === 'GET') {
    return { kind: 'one-model', service: path.slice('/v1/models/'.length) };
  }
  return { kind: 'model', path: url };
}

function segment(path: string, from: number): string {
  const end = path.indexOf('/', from);
  return end === -1 ? path.slice(from) : path.slice(from, end);
}

function withoutAuthority(target: string): string | null {
  // A user name in it could pass for the host; nothing here needs either.
  const match = /^https?:\/\/[^/?#@\\]+(\/.*|\?.*)?$/i.exec(target);
  if (match === null) return null;
  const rest = match[1] ?? '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}
