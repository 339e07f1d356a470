import { cacheDirectives } from './cache-directives.ts';
import { isToldApart } from './is-told-apart.ts';

/**
 * Whether an answer with these headers (names and values in turn) may go to everybody who asked the same at the time. Not so with a
 * cookie, `private`, `no-store`, or a `vary` that names what requests are not told apart by. Asked of an answer as it goes out, so
 * a release's error counts as well. `no-cache` is about later requests alone, and usual for streams.
 */
export function isForAll(headers: readonly string[], vary: readonly string[] | undefined): boolean {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const value = headers[at + 1]!;
    switch (headers[at]!.toLowerCase()) {
      case 'set-cookie':
        return false;
      case 'vary':
        if (!isToldApart(value, vary)) return false;
        break;
      case 'cache-control': {
        // Each line by itself: a quote that one of them leaves open must not hide what stands in the next.
        const control = cacheDirectives(value);
        if (control.has('private') || control.has('no-store')) return false;
      }
    }
  }
  return true;
}
