import type { Clock } from '../../ports/clock.ts';
import {
  hasInEnvironment,
  isAlive,
  listProcesses,
  type ProcessEntry,
  type ProcessIdentity,
  readProcess,
} from './process-table.ts';
import { formatMarker, type Marker, markerVariable } from './replica-marker.ts';
import { sleep } from './sleep.ts';

const pollMs = 50;
/** A process in uninterruptible sleep outlives SIGKILL; waiting longer for it would keep the caller for nothing. */
const killPatienceMs = 5_000;

/**
 * Everything a replica started: its session, and what left the session but kept the marker in its environment.
 * `leader` may be gone already, or null when only the marker is known.
 */
export function membersOf(marker: Marker, leader: ProcessIdentity | null): ProcessEntry[] {
  const assignment = `${markerVariable}=${formatMarker(marker)}`;
  const table = listProcesses();
  // If the number belongs to somebody else by now, so does the session of that number.
  const present = leader === null ? undefined : table.find((entry) => entry.pid === leader.pid);
  const isReused = present !== undefined && present.startTime !== leader?.startTime;
  return table.filter(
    (entry) =>
      (leader !== null && !isReused && entry.session === leader.pid) ||
      hasInEnvironment(entry.pid, assignment),
  );
}

/**
 * SIGTERM to all of a replica's processes, after `graceMs` SIGKILL to those left. Signals only processes whose start
 * time still matches, never a reused number. Resolves to whether all are gone.
 */
export async function stopProcesses(
  marker: Marker,
  leader: ProcessIdentity | null,
  graceMs: number,
  clock: Clock,
): Promise<boolean> {
  let members = membersOf(marker, leader);
  for (const member of members) signal(member, 'SIGTERM');
  const deadlineMs = clock.nowMs() + graceMs;
  while (members.length > 0 && clock.nowMs() < deadlineMs) {
    await sleep(clock, Math.min(pollMs, deadlineMs - clock.nowMs()));
    if (!members.some(isAlive)) members = membersOf(marker, leader);
  }
  const giveUpMs = clock.nowMs() + killPatienceMs;
  for (members = membersOf(marker, leader); members.length > 0; members = membersOf(marker, leader)) {
    if (clock.nowMs() >= giveUpMs) return false;
    for (const member of members) signal(member, 'SIGKILL');
    await sleep(clock, pollMs);
  }
  return true;
}

function signal(member: ProcessEntry, name: 'SIGTERM' | 'SIGKILL'): void {
  if (readProcess(member.pid)?.startTime !== member.startTime) return;
  try {
    process.kill(member.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}
