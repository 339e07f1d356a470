import { readFileSync } from 'node:fs';
import { isUsableKey } from '../../core/release/judge-variable.ts';
import { resolveReference } from '../checks/resolve-reference.ts';

/** What references stand for, at once: a request cannot wait for a file. */
export interface ProviderKeys {
  /** Null when the reference leads nowhere, or to something that cannot be sent as a key. */
  of(reference: string): string | null;
}

/** A changed file is seen this much later at most, by the second request after that. */
const READ_AGAIN_MS = 5_000;

interface Known {
  value: string | null;
  readAtMs: number;
  isBeingRead: boolean;
}

/** `environment` is read anew each time. Keys of files are kept in memory, and nowhere else. */
export function openProviderKeys(
  environment: Readonly<Record<string, string | undefined>>,
  nowMs: () => number = () => performance.now(),
): ProviderKeys {
  const files = new Map<string, Known>();
  const refresh = (reference: string, known: Known): void => {
    known.isBeingRead = true;
    void resolveReference(reference, environment).then((value) => {
      // A file that is replaced may be gone for a moment; a key that worked is the better guess.
      known.value = value ?? known.value;
      known.readAtMs = nowMs();
      known.isBeingRead = false;
    });
  };
  return {
    of(reference) {
      if (reference.startsWith('env:')) {
        const value = environment[reference.slice('env:'.length)];
        return isUsableKey(value) ? value : null;
      }
      let known = files.get(reference);
      if (known === undefined) {
        known = { value: readNow(reference), readAtMs: nowMs(), isBeingRead: false };
        files.set(reference, known);
      } else if (!known.isBeingRead && nowMs() - known.readAtMs >= READ_AGAIN_MS) refresh(reference, known);
      return known.value;
    },
  };
}

/** Only for the first request that needs it. */
function readNow(reference: string): string | null {
  try {
    const value = readFileSync(reference.slice('file:'.length), 'utf8').replace(/\r?\n$/, '');
    return isUsableKey(value) ? value : null;
  } catch {
    return null;
  }
}
