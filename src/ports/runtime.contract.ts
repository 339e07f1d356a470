import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime, Workload, WorkloadStatus } from './runtime.ts';

/** A runtime under test, and how to end it and come back to what it left running. */
export interface OpenedRuntime {
  readonly runtime: Runtime;
  /** A workload that gets ready by itself within seconds and logs one line with `hello`. */
  readonly workload: Workload;
  /** Closes this one; the next finds the same replicas. */
  reopen(): Promise<OpenedRuntime>;
  /** Closes it and ends everything it left. */
  dispose(): Promise<void>;
}

const patience = { timeout: 15_000, interval: 50 };

/** What every runtime promises. */
export function runtimeContract(name: string, open: () => Promise<OpenedRuntime>): void {
  describe(`${name} keeps the contract of a runtime`, () => {
    let opened: OpenedRuntime;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => await opened.dispose());

    const list = (): Promise<readonly WorkloadStatus[]> => opened.runtime.list();

    /** Waits until exactly these slots are there and ready. */
    async function ready(replicas: number): Promise<WorkloadStatus> {
      await vi.waitFor(async () => {
        const [status] = await list();
        expect(status?.replicas.map(({ slot, state }) => ({ slot, state }))).toEqual(
          Array.from({ length: replicas }, (_, slot) => ({ slot, state: 'ready' })),
        );
      }, patience);
      return (await list())[0]!;
    }

    it('starts with nothing', async () => {
      expect(await list()).toEqual([]);
    });

    it('makes the replicas run, each at its own address', async () => {
      await opened.runtime.ensure({ ...opened.workload, replicas: 2 });
      const { id, replicas } = await ready(2);
      expect(id).toBe(opened.workload.id);
      expect(new Set(replicas.map((replica) => replica.address)).size).toBe(2);
      expect(new Set(replicas.map((replica) => replica.pid)).size).toBe(2);
      for (const replica of replicas) {
        expect(replica).toMatchObject({ restarts: 0, detail: null });
        expect(new URL(replica.address).origin).toBe(replica.address);
      }
    });

    it('does nothing when it is asked for what is there', async () => {
      await opened.runtime.ensure(opened.workload);
      const before = await ready(1);
      const seen: WorkloadStatus[] = [];
      const end = opened.runtime.watch((status) => seen.push(status));
      await opened.runtime.ensure(structuredClone(opened.workload));
      await opened.runtime.ensure(structuredClone(opened.workload));
      expect(await list()).toEqual([before]);
      expect(seen).toEqual([before]);
      end();
    });

    it('grows and shrinks, leaving the other replicas alone', async () => {
      await opened.runtime.ensure(opened.workload);
      const [first] = (await ready(1)).replicas;
      await opened.runtime.ensure({ ...opened.workload, replicas: 3 });
      const grown = await ready(3);
      expect(grown.replicas[0]).toEqual(first);
      await opened.runtime.ensure({ ...opened.workload, replicas: 1 });
      expect((await ready(1)).replicas).toEqual([first]);
      await opened.runtime.ensure({ ...opened.workload, replicas: 0 });
      await ready(0);
    });

    it('refuses another command or directory under the same id', async () => {
      await opened.runtime.ensure(opened.workload);
      await expect(opened.runtime.ensure({ ...opened.workload, command: 'another' })).rejects.toThrow(
        /never changes/,
      );
      await expect(opened.runtime.ensure({ ...opened.workload, directory: '/' })).rejects.toThrow(
        /never changes/,
      );
      await ready(1);
    });

    it('removes, also twice, and what never was', async () => {
      await opened.runtime.ensure(opened.workload);
      await opened.runtime.remove('never-was');
      await Promise.all([
        opened.runtime.remove(opened.workload.id),
        opened.runtime.remove(opened.workload.id),
      ]);
      await opened.runtime.remove(opened.workload.id);
      expect(await list()).toEqual([]);
    });

    it('runs again what was removed', async () => {
      await opened.runtime.ensure(opened.workload);
      await opened.runtime.remove(opened.workload.id);
      await opened.runtime.ensure({ ...opened.workload, directory: opened.workload.directory });
      await ready(1);
    });

    it('tells watchers what is there and every change, until they leave', async () => {
      await opened.runtime.ensure(opened.workload);
      const before = await ready(1);
      const seen: WorkloadStatus[] = [];
      const end = opened.runtime.watch((status) => seen.push(status));
      await vi.waitFor(() => expect(seen).toEqual([before]), patience);
      await opened.runtime.ensure({ ...opened.workload, replicas: 2 });
      const after = await ready(2);
      await vi.waitFor(() => expect(seen.at(-1)).toEqual(after), patience);
      end();
      const count = seen.length;
      await opened.runtime.remove(opened.workload.id);
      expect(seen).toHaveLength(count);
    });

    it('tells watchers of a removal with no replicas left', async () => {
      await opened.runtime.ensure(opened.workload);
      await ready(1);
      const seen: WorkloadStatus[] = [];
      opened.runtime.watch((status) => seen.push(status));
      await opened.runtime.remove(opened.workload.id);
      await vi.waitFor(() => expect(seen.at(-1)).toEqual({ id: opened.workload.id, replicas: [] }), patience);
    });

    it('shows the end of a log, and nothing for one that is not there', async () => {
      await opened.runtime.ensure(opened.workload);
      await ready(1);
      await vi.waitFor(async () => {
        expect(await opened.runtime.log(opened.workload.id, 0, 10_000)).toContain('hello');
      }, patience);
      expect(await opened.runtime.log(opened.workload.id, 0, 3)).toHaveLength(3);
      expect(await opened.runtime.log(opened.workload.id, 7, 100)).toBe('');
      expect(await opened.runtime.log('never-was', 0, 100)).toBe('');
    });

    it('leaves the replicas running when it closes, and finds them again', async () => {
      await opened.runtime.ensure({ ...opened.workload, replicas: 2 });
      const before = await ready(2);
      opened = await opened.reopen();
      expect(await list()).toEqual([before]);
      const seen: WorkloadStatus[] = [];
      opened.runtime.watch((status) => seen.push(status));
      await vi.waitFor(() => expect(seen).toEqual([before]), patience);
      await opened.runtime.ensure({ ...opened.workload, replicas: 2 });
      expect(await list()).toEqual([before]);
    });
  });
}
