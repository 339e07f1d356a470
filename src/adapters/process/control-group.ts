import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workload } from '../../ports/runtime.ts';

export type LimitMeans = 'cgroup-v1' | 'cgroup-v2' | 'not-limited';

/** Where replicas' control groups go: below the one Tidegate runs in, so that its own limits hold for them too. */
export interface ControlGroups {
  readonly memory: string | null;
  readonly cpu: string | null;
  readonly version: 1 | 2;
}

export interface LimitsReport {
  readonly memory: LimitMeans;
  readonly cpu: LimitMeans;
}

const cpuPeriodUs = 100_000;

/**
 * Finds control groups that can be made here. Version 1 first, since a machine that mounts it gives version 2 no
 * controllers. `name` must be unique to the state directory.
 */
export async function openControlGroups(name: string): Promise<ControlGroups> {
  const own = ownControlGroups();
  const version1 = {
    memory: await tryDirectory(own.get('memory'), name, 'memory.limit_in_bytes'),
    cpu: await tryDirectory(own.get('cpu'), name, 'cpu.cfs_quota_us'),
    version: 1 as const,
  };
  if (version1.memory !== null || version1.cpu !== null) return version1;
  const unified = own.get('');
  if (unified === undefined) return version1;
  await delegate(unified);
  const inner = await tryDirectory(unified, name, 'cgroup.procs');
  if (inner === null) return { memory: null, cpu: null, version: 2 };
  const enabled = await enableControllers(inner);
  if (enabled.size === 0) await removeControlGroup(inner);
  return {
    memory: enabled.has('memory') ? inner : null,
    cpu: enabled.has('cpu') ? inner : null,
    version: 2,
  };
}

export const limitsReport = (groups: ControlGroups): LimitsReport => ({
  memory: groups.memory === null ? 'not-limited' : `cgroup-v${groups.version}`,
  cpu: groups.cpu === null ? 'not-limited' : `cgroup-v${groups.version}`,
});

/** Makes a replica's groups with its limits set; the directories, none where nothing is limited or can be. */
export async function makeControlGroups(
  groups: ControlGroups,
  name: string,
  limits: Workload['limits'],
): Promise<string[]> {
  const made: string[] = [];
  const { memoryBytes, cpus } = limits;
  if (memoryBytes !== null && groups.memory !== null) {
    const directory = join(groups.memory, name);
    await mkdir(directory, { recursive: true });
    made.push(directory);
    if (groups.version === 2) {
      await writeFile(join(directory, 'memory.max'), String(memoryBytes));
      // Without this the group would swap before it is stopped, and slow the whole machine.
      await writeFile(join(directory, 'memory.swap.max'), '0').catch(ignoreAbsent);
    } else {
      await writeFile(join(directory, 'memory.limit_in_bytes'), String(memoryBytes));
      await writeFile(join(directory, 'memory.memsw.limit_in_bytes'), String(memoryBytes)).catch(
        ignoreAbsent,
      );
    }
  }
  if (cpus !== null && groups.cpu !== null) {
    const directory = join(groups.cpu, name);
    await mkdir(directory, { recursive: true });
    if (!made.includes(directory)) made.push(directory);
    // The kernel refuses less than a millisecond a period.
    const quotaUs = Math.max(1_000, Math.round(cpus * cpuPeriodUs));
    if (groups.version === 2) await writeFile(join(directory, 'cpu.max'), `${quotaUs} ${cpuPeriodUs}`);
    else {
      await writeFile(join(directory, 'cpu.cfs_period_us'), String(cpuPeriodUs));
      await writeFile(join(directory, 'cpu.cfs_quota_us'), String(quotaUs));
    }
  }
  return made;
}

export async function enterControlGroups(directories: readonly string[], pid: number): Promise<void> {
  for (const directory of directories) await writeFile(join(directory, 'cgroup.procs'), String(pid));
}

/** How many processes the kernel killed in a group because its memory limit was reached. */
export async function memoryKills(directories: readonly string[]): Promise<number> {
  for (const directory of directories) {
    for (const file of ['memory.oom_control', 'memory.events']) {
      const text = await readFile(join(directory, file), 'utf8').catch(() => '');
      const [, count] = /^oom_kill (\d+)$/m.exec(text) ?? [];
      if (count !== undefined) return Number(count);
    }
  }
  return 0;
}

/** Removes an empty group. One whose processes are still ending is tried again for a short time, then left. */
export async function removeControlGroup(directory: string): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await rmdir(directory);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

/** The groups below ours that no living replica uses: left by a crash. */
export async function removeStaleControlGroups(
  groups: ControlGroups,
  inUse: ReadonlySet<string>,
): Promise<void> {
  for (const parent of new Set([groups.memory, groups.cpu])) {
    if (parent === null || !existsSync(parent)) continue;
    for (const entry of readdirSync(parent, { withFileTypes: true })) {
      const directory = join(parent, entry.name);
      if (entry.isDirectory() && !inUse.has(directory)) await removeControlGroup(directory);
    }
  }
}

/** Removes our own groups where no replica is left in them; they are made again when needed. */
export async function removeUnusedParents(groups: ControlGroups): Promise<void> {
  for (const parent of new Set([groups.memory, groups.cpu]))
    if (parent !== null) await rmdir(parent).catch(() => {});
}

/** Controller ('' for version 2) to the directory of the group this process is in: cgroups(7). */
function ownControlGroups(): Map<string, string> {
  const found = new Map<string, string>();
  const mounts = linesOf('/proc/self/mountinfo').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ');
    const [type = '', , options = ''] = after.split(' ');
    return type.startsWith('cgroup') ? [{ root, point, type, options: options.split(',') }] : [];
  });
  for (const line of linesOf('/proc/self/cgroup')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) {
      const mount = mounts.find(({ type, options }) =>
        controller === '' ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller),
      );
      if (mount === undefined) continue;
      // In a container the mount shows only a part of the tree, named by its root.
      const inner = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
      found.set(controller, join(mount.point, inner));
    }
  }
  return found;
}

/**
 * Version 2 allows controllers below a group only while no process is in the group itself. Where ours is the only one
 * (systemd: `Delegate=yes`), it moves to a leaf, as systemd's delegation rules ask for; otherwise nothing is touched.
 */
async function delegate(group: string): Promise<void> {
  try {
    if ((await enableControllers(group)).size > 0) return;
    const inside = (await readFile(join(group, 'cgroup.procs'), 'utf8')).trim().split('\n');
    if (inside.length !== 1 || inside[0] !== String(process.pid)) return;
    const leaf = join(group, 'tidegate-control');
    await mkdir(leaf, { recursive: true });
    await writeFile(join(leaf, 'cgroup.procs'), String(process.pid));
    await enableControllers(group);
  } catch {
    // Not ours to divide: replicas run without limits, and the report says so.
  }
}

async function enableControllers(group: string): Promise<ReadonlySet<string>> {
  const enabled = new Set<string>();
  for (const controller of ['memory', 'cpu']) {
    try {
      await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`);
      enabled.add(controller);
    } catch {
      // Not delegated to us.
    }
  }
  return enabled;
}

async function tryDirectory(
  parent: string | undefined,
  name: string,
  evidence: string,
): Promise<string | null> {
  if (parent === undefined) return null;
  const directory = join(parent, name);
  try {
    await mkdir(directory, { recursive: true });
  } catch {
    return null;
  }
  if (existsSync(join(directory, evidence))) return directory;
  await removeControlGroup(directory);
  return null;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'EACCES') throw error;
}
