import type { IncomingHttpHeaders } from 'node:http';
import type { LiveService, LiveTrack } from '../routes/snapshot.ts';
import { anyUsage } from './providers.ts';
import { openTokenMeter, type TokenMeter } from './token-meter.ts';

/** The meter for an answer of a track of `via`; null where answers say nothing of tokens, or cannot be read. */
export const tokenMeter = (
  via: LiveService,
  { provider }: LiveTrack,
  headers: IncomingHttpHeaders,
  isStream: boolean,
): TokenMeter | null =>
  via.route.protocol === 'openai' || provider !== null
    ? openTokenMeter(provider?.table.usage ?? anyUsage, headers, isStream)
    : null;
