import type { LiveTrack } from '../routes/snapshot.ts';

/** Names that the conventions know under another one. A release that names no provider is one of our own. */
export function providerName(track: Pick<LiveTrack, 'provider'> | null): string {
  const name = track?.provider?.use.name;
  return name === 'azure' ? 'azure.ai.openai' : (name ?? 'tidegate');
}

/** What a model is called where it is asked. Of configuration alone: what a client writes into a request is no label. */
export const modelOf = (track: Pick<LiveTrack, 'provider'> | null, service: string): string =>
  track?.provider?.use.model ?? service;
