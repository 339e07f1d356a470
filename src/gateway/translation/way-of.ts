import { INTERFACE_PATHS, type InterfaceName } from '../../core/translation/interface-name.ts';
import type { LiveProvider } from '../providers/live-provider.ts';
import type { LiveService } from '../routes/snapshot.ts';

/** From the client's interface to that of the release. */
export interface Way {
  readonly from: InterfaceName;
  readonly to: InterfaceName;
}

const TO_CHAT: Way = { from: 'messages', to: 'chat' };
const TO_MESSAGES: Way = { from: 'chat', to: 'messages' };

/** Null: what is asked for needs no translation, or has none. */
export function wayOf(provider: LiveProvider | null, method: string | undefined, path: string): Way | null {
  if (provider?.use.translation === undefined || method !== 'POST') return null;
  const way = provider.table.speaks === 'chat' ? TO_CHAT : TO_MESSAGES;
  const expected = INTERFACE_PATHS[way.from];
  return path === expected || path.startsWith(`${expected}?`) ? way : null;
}

/** A release of the service gets such requests translated, so their bodies are needed whole. */
export const mayTranslate = (
  { stable, candidate }: LiveService,
  method: string | undefined,
  path: string,
): boolean =>
  wayOf(stable?.provider ?? null, method, path) !== null ||
  wayOf(candidate?.provider ?? null, method, path) !== null;
