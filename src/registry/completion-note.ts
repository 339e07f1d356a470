import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { readBootId } from './boot-id.ts';
import { differenceTo, type Listing } from './listing.ts';

/**
 * Stands beside a directory and says that it was finished, and with what in it. Written last: a directory without a note
 * is the remains of a crash.
 */
export interface CompletionNote {
  readonly schema: 'tidegate.prepared/v1';
  /** Absolute path at the time; installs may have written it into their files, so a moved one counts as unfinished. */
  readonly directory: string;
  readonly boot: string | null;
  readonly listing: Listing;
}

const noteSchema = z.object({
  schema: z.literal('tidegate.prepared/v1'),
  directory: z.string(),
  boot: z.string().nullable(),
  listing: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('link'), path: z.string(), target: z.string() }),
      z.object({
        kind: z.literal('file'),
        path: z.string(),
        digest: z.templateLiteral(['sha256:', z.string()]),
        bytes: z.number(),
        executable: z.boolean(),
        mtimeMs: z.number().optional(),
      }),
    ]),
  ),
});

const notePath = (directory: string): string => `${directory}.json`;

export const writeNote = async (directory: string, listing: Listing): Promise<void> => {
  const note: CompletionNote = {
    schema: 'tidegate.prepared/v1',
    directory,
    boot: await readBootId(),
    listing,
  };
  const temporary = `${notePath(directory)}.new`;
  await writeFile(temporary, JSON.stringify(note), { mode: 0o600 });
  await rename(temporary, notePath(directory));
};

export const removeNote = (directory: string): Promise<void> => rm(notePath(directory), { force: true });

/**
 * What is in a finished directory; null when it is unfinished, moved, or not what its note says any more. Looks at names,
 * sizes, modes and times; reads every byte when the machine was restarted since the note, or may have been.
 * @param onDamage hears what is wrong with a directory that was finished once
 */
export const readFinished = async (
  directory: string,
  onDamage: (detail: string) => void,
): Promise<Listing | null> => {
  const text = await readFile(notePath(directory), 'utf8').catch(() => null);
  if (text === null) return null;
  const note = parseNote(text);
  if (note === null || note.directory !== directory) return null;
  const boot = await readBootId();
  const isSameBoot = boot !== null && boot === note.boot;
  const difference = await differenceTo(directory, note.listing as Listing, !isSameBoot);
  if (difference !== null) {
    onDamage(difference);
    return null;
  }
  if (!isSameBoot) await writeNote(directory, note.listing as Listing);
  return note.listing as Listing;
};

const parseNote = (text: string) => {
  try {
    const parsed = noteSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};
