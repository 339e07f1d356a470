import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Logs of this many removed workloads are kept, the latest: who asks why a candidate failed asks after its end. */
const removedLogsKept = 10;

/** Removes the logs of workloads that are gone, except the latest. */
export async function pruneLogs(directory: string, present: ReadonlySet<string>): Promise<void> {
  const gone = (await readdir(directory)).filter((id) => !present.has(id));
  const dated = await Promise.all(
    gone.map(async (id) => ({ id, atMs: (await stat(join(directory, id))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.atMs - a.atMs).slice(removedLogsKept);
  for (const { id } of old) await rm(join(directory, id), { recursive: true, force: true });
}
