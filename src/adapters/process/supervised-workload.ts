import type { Workload, WorkloadStatus } from '../../ports/runtime.ts';
import type { Account } from './accounts.ts';
import type { LaunchSite } from './launch-replica.ts';
import { openSlot, type Slot } from './slot.ts';
import type { SupervisionTiming } from './supervision-timing.ts';
import { type SlotRecord, type WorkloadRecord, writeWorkloadRecord } from './workload-file.ts';

/** Reserves the ports of all slots, so that two are never given the same. */
export interface PortBook {
  /** A free port, reserved; null when there is none. */
  take(): Promise<number | null>;
  giveBack(port: number): void;
}

export interface SupervisedWorkload {
  workload(): Workload;
  status(): WorkloadStatus;
  isBeingRemoved(): boolean;
  /** Once what was found at the start has been looked at. */
  readonly looked: Promise<void>;
  /** Takes over another number of replicas, or other settings. Throws when it cannot be written down. */
  update(workload: Workload): Promise<void>;
  /** Stops every replica; resolves to whether all their processes are gone. */
  stop(): Promise<boolean>;
  detach(): Promise<void>;
}

export interface WorkloadContext {
  readonly site: LaunchSite;
  readonly timing: SupervisionTiming;
  readonly runtimeId: string;
  readonly account: Account | null;
  readonly ports: PortBook;
  readonly onChange: () => void;
}

/** Supervises a workload as recorded: `record.slots` is empty for a new one. Nothing starts before `update` or a slot found. */
export function superviseWorkload(context: WorkloadContext, found: WorkloadRecord): SupervisedWorkload {
  let { workload, isBeingRemoved } = found;
  let slots: readonly Slot[] = [];
  const leaving = new Map<number, Promise<void>>();
  let writing: Promise<void> = Promise.resolve();

  const record = (): WorkloadRecord => ({
    version: 1,
    workload,
    isBeingRemoved,
    slots: slots.map((slot) => slot.record()),
  });

  /** One write after the other, each with what is true when its turn comes. */
  function inOrder(write: () => Promise<void>): Promise<void> {
    const mine = writing.then(write);
    writing = mine.catch(() => {});
    return mine;
  }

  const persist = (): Promise<void> => inOrder(() => writeWorkloadRecord(context.site.layout, record()));

  function open(slotRecord: SlotRecord, isDoomed: boolean): Slot {
    const slot = openSlot(
      {
        site: context.site,
        timing: context.timing,
        marker: { runtimeId: context.runtimeId, workloadId: workload.id, slot: slotRecord.slot },
        account: context.account,
        workload: () => workload,
        exchangePort: async (old) => {
          const other = await context.ports.take();
          if (other !== null) context.ports.giveBack(old);
          return other;
        },
        onChange: context.onChange,
        // A full disk must not keep a replica from being restarted; should we die too, its marker leads to it.
        persist: () => persist().catch(() => {}),
      },
      slotRecord,
      isDoomed,
    );
    slots = [...slots, slot].sort((a, b) => a.number - b.number);
    return slot;
  }

  function dismiss(slot: Slot): Promise<void> {
    const stopped = slot.stop(workload.stopGraceMs).then(async (isGone) => {
      leaving.delete(slot.number);
      if (!isGone) return;
      slots = slots.filter((other) => other !== slot);
      context.ports.giveBack(slot.record().port);
      context.onChange();
      await persist().catch(() => {});
    });
    leaving.set(slot.number, stopped);
    return stopped;
  }

  async function update(next: Workload): Promise<void> {
    const wanted = Array.from({ length: next.replicas }, (_, number) => number);
    await Promise.all(wanted.map((number) => leaving.get(number)));
    const kept = slots;
    const added: SlotRecord[] = [];
    try {
      for (const number of wanted) {
        if (!kept.some((slot) => slot.number === number))
          added.push(await newSlotRecord(number, context.ports));
      }
      await inOrder(async () => {
        const { slots: present, ...rest } = record();
        await writeWorkloadRecord(context.site.layout, {
          ...rest,
          workload: next,
          slots: [...present, ...added],
        });
        workload = next;
      });
    } catch (error) {
      for (const { port } of added) context.ports.giveBack(port);
      throw error;
    }
    for (const slotRecord of added) open(slotRecord, false);
    for (const slot of kept) {
      if (slot.number >= next.replicas) void (leaving.get(slot.number) ?? dismiss(slot));
      else slot.retry();
    }
    context.onChange();
  }

  async function stop(): Promise<boolean> {
    isBeingRemoved = true;
    await persist().catch(() => {});
    const results = await Promise.all(slots.map((slot) => slot.stop(workload.stopGraceMs)));
    await Promise.all(leaving.values());
    await writing;
    const areAllGone = results.every(Boolean);
    if (areAllGone) for (const slot of slots) context.ports.giveBack(slot.record().port);
    return areAllGone;
  }

  for (const slotRecord of found.slots) {
    const isDoomed = isBeingRemoved || slotRecord.slot >= workload.replicas;
    const slot = open(slotRecord, isDoomed);
    if (isDoomed && !isBeingRemoved) void dismiss(slot);
  }

  return {
    workload: () => workload,
    isBeingRemoved: () => isBeingRemoved,
    looked: Promise.all(slots.map((slot) => slot.looked)).then(() => {}),
    status: () => ({ id: workload.id, replicas: slots.map((slot) => slot.status()) }),
    update,
    stop,
    detach: async () => {
      await Promise.all(slots.map((slot) => slot.detach()));
      await writing;
    },
  };
}

async function newSlotRecord(slot: number, ports: PortBook): Promise<SlotRecord> {
  const port = await ports.take();
  if (port === null) throw new Error('No port is free in the range given to services');
  return { slot, port, restarts: 0, wasEverReady: false, process: null };
}
