import { setTimeout as delay } from 'node:timers/promises';
import type { RestartedGateway } from '../../core/routing/restarted-gateway.ts';
import {
  findNext,
  giveUpNext,
  hasEnded,
  prepareNext,
  promote,
  type Running,
  type Slot,
  saveState,
  startOne,
  stopOne,
} from './gateway-slot.ts';
import type { HandoverLine } from './handover-line.ts';
import { startOf } from './process-identity.ts';

export interface ReplaceSpec {
  readonly handovers: HandoverLine;
  /** A process that was ended, not replaced, will not be heard of any more. */
  readonly onLost: (environment: string, boot: string) => void;
  readonly onTrouble: (what: string, about: object) => void;
  /** Whoever replaces is to stop; what has begun goes on by itself, and is found again later. */
  readonly isStopped: () => boolean;
}

const LOOK_EVERY_MS = 20;
/** A process that was started a moment ago dials soon. */
const CONNECTED_WITHIN_MS = 5_000;
/** Longer than the processes themselves are patient with each other. */
const REPLACE_WITHIN_MS = 60_000;
const LAST_NEWS_MS = 2_000;
/** A process that serves and is not found this long has ended since. */
const FOUND_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 10_000;

/** Has the running process of a slot replaced by one with the configuration that is wanted now. Never rejects for what a process does. */
export async function replaceProcess(slot: Slot, spec: ReplaceSpec): Promise<RestartedGateway> {
  const old = slot.running;
  if (old === null) return { ...of(slot), outcome: 'kept', from: null, why: 'no process runs' };
  if (slot.isReplacing)
    return { ...of(slot), outcome: 'kept', from: old.boot, why: 'it is being replaced already' };
  slot.isReplacing = true;
  try {
    const { handovers } = spec;
    const endsAtMs = performance.now() + CONNECTED_WITHIN_MS;
    while (handovers.standing(old.boot) === 'away') {
      if (performance.now() >= endsAtMs || spec.isStopped())
        return {
          ...of(slot),
          outcome: 'kept',
          from: old.boot,
          why: 'it is not connected to the control plane',
        };
      await delay(LOOK_EVERY_MS);
    }
    if (handovers.standing(old.boot) === 'unable') {
      await stopOne(slot, STOP_WITHIN_MS);
      await startOne(slot, spec.onTrouble);
      slot.isOutdated = false;
      spec.onLost(slot.config.environment, old.boot);
      const { running } = slot as { readonly running: Running | null };
      return running === null
        ? { ...of(slot), outcome: 'kept', from: old.boot, why: 'no process runs' }
        : { ...of(slot), outcome: 'started-anew', from: old.boot, to: running.boot };
    }
    handovers.ask(old.boot, await prepareNext(slot));
    return await follow(slot, old, spec);
  } finally {
    slot.isReplacing = false;
  }
}

/** Goes on with a replacement that an earlier control plane has begun. */
export async function resumeReplacing(slot: Slot, spec: ReplaceSpec): Promise<void> {
  const { running } = slot;
  if (running === null || slot.next === null) return;
  slot.isReplacing = true;
  await follow(slot, running, spec).finally(() => {
    slot.isReplacing = false;
  });
}

async function follow(slot: Slot, old: Running, spec: ReplaceSpec): Promise<RestartedGateway> {
  const endsAtMs = performance.now() + REPLACE_WITHIN_MS;
  let nextEndedAtMs: number | null = null;
  let doneAtMs: number | null = null;
  const handedOver = async (): Promise<RestartedGateway> => {
    await promote(slot);
    return { ...of(slot), outcome: 'handed-over', from: old.boot, to: slot.running!.boot };
  };
  const kept = async (why: string): Promise<RestartedGateway> => {
    await giveUpNext(slot);
    return { ...of(slot), outcome: 'kept', from: old.boot, why };
  };
  for (;;) {
    if (spec.isStopped())
      return { ...of(slot), outcome: 'kept', from: old.boot, why: 'the control plane ends' };
    const said = spec.handovers.news(old.boot);
    const news = said?.boot === slot.next?.boot ? said : null;
    if (news !== null && news.pid !== 0 && slot.next?.pid === 0) {
      slot.next = { ...slot.next, pid: news.pid, start: (await startOf(news.pid)) ?? 'ended' };
      await saveState(slot);
    }
    if (news?.state === 'done') {
      // All that was said of it may be its boot. Recorded without a pid it would be taken for one that has ended, and never be stopped.
      await findNext(slot);
      doneAtMs ??= performance.now();
      if (slot.next?.pid !== 0 || performance.now() - doneAtMs >= FOUND_WITHIN_MS) return handedOver();
    }
    if (news?.state === 'failed') return kept(news.detail);
    if (await hasEnded(old)) {
      // Of the successor nothing may have been heard yet; it sees that it is alone, and serves.
      await findNext(slot);
      const { next } = slot;
      const isNextAlive = next !== null && next.pid !== 0 && !(await hasEnded(next));
      return isNextAlive ? handedOver() : kept('both processes have ended');
    }
    if (slot.next !== null && slot.next.pid !== 0 && (await hasEnded(slot.next))) {
      nextEndedAtMs ??= performance.now();
      // Whoever started it knows more, and is about to say so.
      if (performance.now() - nextEndedAtMs >= LAST_NEWS_MS) return kept('the new process has ended');
    }
    if (performance.now() >= endsAtMs) return kept(`no other process serves within ${REPLACE_WITHIN_MS} ms`);
    await delay(LOOK_EVERY_MS);
  }
}

const of = ({ config: { name, environment } }: Slot): Pick<RestartedGateway, 'gateway' | 'environment'> => ({
  gateway: name,
  environment,
});
