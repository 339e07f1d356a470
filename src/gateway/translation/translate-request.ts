import type { InterfaceName } from '../../core/translation/interface-name.ts';
import { INTERFACE_PATHS } from '../../core/translation/interface-name.ts';
import { requestToChat } from '../../core/translation/request-to-chat.ts';
import { requestToMessages } from '../../core/translation/request-to-messages.ts';
import type { Exchange } from '../exchange.ts';
import type { LiveProvider } from '../providers/live-provider.ts';
import type { LiveService } from '../routes/snapshot.ts';
import type { Failure } from '../upstreams/failure.ts';
import { type Way, wayOf } from './way-of.ts';

/** A request in the interface of the release, and what is needed to bring the answer back. */
export interface Translation extends Way {
  readonly provider: LiveProvider;
  /** Of the release's interface; what the provider makes of it is in its table. */
  readonly path: string;
  readonly body: Buffer;
  /** Hints of the client that have no counterpart, by name. */
  readonly leftOut: readonly string[];
  readonly wantsUsage: boolean;
}

/** Null: the release takes the request as it is. A failure names the field that cannot be translated. */
export function translateRequest(
  { req, path, body, service }: Pick<Exchange, 'req' | 'path' | 'body' | 'service'>,
  via: LiveService,
  provider: LiveProvider | null,
): Translation | Failure | null {
  const way = wayOf(provider, req.method, path);
  if (way === null) return null;
  if (!Buffer.isBuffer(body)) return untranslatable('the body is missing, or too long to be translated');
  let given: unknown;
  try {
    given = JSON.parse(body.toString('utf8'));
  } catch {
    return untranslatable('the body is no JSON');
  }
  const { use, table } = provider!;
  const asked = typeof given === 'object' && given !== null ? (given as { model?: unknown }).model : null;
  const own = via === service && typeof asked === 'string' ? asked : via.route.service;
  const model = use.model ?? own;
  const made =
    way.to === 'messages'
      ? requestToMessages(given, { model, maxTokens: use.translation!.maxTokens })
      : requestToChat(given, { model, maxTokensField: table.maxTokensField });
  if (made.kind === 'refused')
    return untranslatable(`it cannot be translated, as "${made.field.slice(0, 200)}" ${made.why}`);
  const bytes = written(made.body);
  if (bytes === null) return untranslatable('the body is nested too deeply');
  const betas = way.to === 'chat' && req.headers['anthropic-beta'] !== undefined ? ['anthropic-beta'] : [];
  return {
    ...way,
    provider: provider!,
    path: INTERFACE_PATHS[way.to],
    body: bytes,
    leftOut: [...made.leftOut, ...betas],
    wantsUsage: made.wantsUsage,
  };
}

/** Null when it is nested deeper than the stack: JSON is read without one, and written with one. */
function written(body: object): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(body));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** True when a release of `via` could be asked at all. */
export function canBeAsked(exchange: Exchange, via: LiveService): boolean {
  const made = translateRequest(exchange, via, via.stable?.provider ?? null);
  return made === null || !('kind' in made);
}

const untranslatable = (detail: string): Failure => ({ kind: 'untranslatable', afterHead: false, detail });

/** What headers of one interface say is about that interface, its versions and its previews. */
const OWN_HEADERS: Readonly<Record<InterfaceName, string>> = { chat: 'openai-', messages: 'anthropic-' };

/** The headers of the client for a body that is ours, without those that belong to its interface (names and values in turn). */
export function withoutOwnHeaders(headers: readonly string[], from: InterfaceName): string[] {
  const list: string[] = ['content-type', 'application/json'];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    if (name !== 'content-type' && !name.startsWith(OWN_HEADERS[from]))
      list.push(headers[at]!, headers[at + 1]!);
  }
  return list;
}
