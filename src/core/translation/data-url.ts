/** A base64 `data:` URL taken apart; null when it is none. */
export function readDataUrl(url: string): { readonly mediaType: string; readonly data: string } | null {
  if (!url.startsWith('data:')) return null;
  const comma = url.indexOf(',');
  const head = url.slice('data:'.length, comma === -1 ? undefined : comma);
  if (comma === -1 || !head.endsWith(';base64')) return null;
  // Parameters such as a character set say nothing about pixels.
  return { mediaType: head.slice(0, head.indexOf(';')).toLowerCase(), data: url.slice(comma + 1) };
}
