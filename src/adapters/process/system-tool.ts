import { accessSync, constants } from 'node:fs';

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const tools = new Map<string, string | null>();

/** A program of the system by its full path: one found through PATH could be the release's. */
export function findTool(name: string): string | null {
  const known = tools.get(name);
  if (known !== undefined) return known;
  const found = systemPath
    .split(':')
    .map((directory) => `${directory}/${name}`)
    .find((path) => isExecutable(path));
  tools.set(name, found ?? null);
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
