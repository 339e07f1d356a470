import { relative } from 'node:path';
import { shellQuote } from './shell-quote.ts';

/** A directory to be hidden from a replica, and what of it stays visible at its old place. */
export interface Cover {
  readonly over: string;
  readonly keep: readonly { readonly path: string; readonly isReadOnly: boolean }[];
}

/**
 * Shell lines that put an empty file system over each directory, with only the kept parts showing. For use in a mount
 * namespace of its own; afterwards the caller must give up the right to mount. The view is put together in `staging`
 * (a directory) first, because under the cover the parts to keep could no longer be reached. `-n`: the machine's list of
 * mounts must not tell of these, and without root its update would fail.
 */
export function mountScript(covers: readonly Cover[], staging: string): string {
  const stage = shellQuote(staging);
  return covers
    .flatMap(({ over, keep }) => [
      `mount -n -t tmpfs -o mode=0711,size=1m tidegate ${stage}`,
      ...keep.flatMap(({ path, isReadOnly }) => {
        const target = shellQuote(`${staging}/${relative(over, path)}`);
        return [
          `mkdir -p ${target}`,
          `mount -n --rbind ${shellQuote(path)} ${target}`,
          // Where the file system below is mounted with these, a namespace without them is refused.
          ...(isReadOnly
            ? [
                `mount -n -o remount,bind,ro ${target} 2>/dev/null || mount -n -o remount,bind,ro,nosuid,nodev ${target}`,
              ]
            : []),
        ];
      }),
      `mount -n --move ${stage} ${shellQuote(over)}`,
    ])
    .join('\n');
}
