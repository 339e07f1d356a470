import { readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { hourStartsAtMs } from './capture-files.ts';

/** Part of the bound that is left when it was exceeded, so that not every new capture costs a walk. */
const KEPT_SHARE = 0.9;

/**
 * Deletes what has expired below the directory of an environment, and of services in `bounds` (most bytes by service) what is too
 * much, oldest first. Several processes may do so at once. @returns bytes that are left, by service of `bounds`.
 */
export function sweepCaptures(
  payloads: string,
  nowMs: number,
  bounds: ReadonlyMap<string, number>,
): Map<string, number> {
  const left = new Map<string, number>();
  for (const service of namesIn(payloads)) {
    const folder = path.join(payloads, service);
    for (const hour of namesIn(folder)) {
      const endsAtMs = hourStartsAtMs(hour);
      if (endsAtMs !== null && endsAtMs <= nowMs)
        rmSync(path.join(folder, hour), { recursive: true, force: true });
    }
    const bound = bounds.get(service);
    if (bound !== undefined) left.set(service, keepWithin(folder, bound));
    // Goes only when nothing is in it.
    if (namesIn(folder).length === 0) quietly(() => rmdirSync(folder));
  }
  return left;
}

function keepWithin(folder: string, bytesAtMost: number): number {
  const files = namesIn(folder).flatMap((hour) =>
    namesIn(path.join(folder, hour)).map((name) => ({ name, file: path.join(folder, hour, name), hour })),
  );
  const sized = files.map((one) => ({ ...one, bytes: bytesOf(one.file) }));
  let total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= bytesAtMost) return total;
  // An invocation's id begins with its time.
  sized.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { file, bytes } of sized) {
    if (total <= bytesAtMost * KEPT_SHARE) break;
    rmSync(file, { force: true });
    total -= bytes;
  }
  return total;
}

const namesIn = (directory: string): string[] => quietly(() => readdirSync(directory)) ?? [];
const bytesOf = (file: string): number => quietly(() => statSync(file).size) ?? 0;

function quietly<Result>(what: () => Result): Result | null {
  try {
    return what();
  } catch {
    return null;
  }
}
