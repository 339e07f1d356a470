import { open, rename, rm } from 'node:fs/promises';

/** Replaces a private file (0600) at once: after a crash it holds the old or the new text, never a part. */
export async function writeDurableFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
