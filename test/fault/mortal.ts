/** One life of the control plane. Every call it makes to a port is a point at which it can die, before or after. */
export interface Life {
  /** Wraps a port so that its calls are points and nothing gets through after death. */
  mortal<P extends object>(name: string, port: P): P;
  readonly isDead: () => boolean;
  /** Ends it now, wherever it stands. */
  readonly end: () => void;
  /** Where this life passed so far, in order. */
  readonly points: readonly string[];
  readonly diedAt: () => string | null;
}

class Death extends Error {}

const never = (): Promise<never> => new Promise(() => {});

/** A life that ends at its `lastPoint`-th point; without one it lives on. */
export const beginLife = (lastPoint: number | null): Life => {
  const points: string[] = [];
  let diedAt: string | null = null;

  /** True when the life ends here. */
  const pass = (point: string): boolean => {
    if (diedAt !== null) return true;
    points.push(point);
    if (points.length - 1 === lastPoint) diedAt = point;
    return diedAt !== null;
  };

  const mortalCallback =
    (callback: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (diedAt !== null) return undefined;
      try {
        return callback(...args);
      } catch (error) {
        if (error instanceof Death) return undefined;
        throw error;
      }
    };

  const mortalValue = (value: unknown): unknown => {
    if (typeof value === 'function') return mortalCallback(value as () => unknown);
    if (
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).some((one) => typeof one === 'function')
    )
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mortalValue(one)]));
    return value;
  };

  return {
    points,
    isDead: () => diedAt !== null,
    end: () => {
      diedAt ??= 'ended from outside';
    },
    diedAt: () => diedAt,
    mortal: (name, port) =>
      new Proxy(port, {
        get(target, property, receiver) {
          const method = Reflect.get(target, property, receiver) as unknown;
          if (typeof method !== 'function' || typeof property === 'symbol') return method;
          return (...args: unknown[]): unknown => {
            const point = `${name}.${property}`;
            const passive = point === 'clock.nowMs' || point === 'clock.after';
            const dies = passive ? diedAt !== null : pass(`before ${point}`);
            if (dies && passive) return point === 'clock.after' ? () => {} : 0;
            const result = dies
              ? undefined
              : (method as (...a: unknown[]) => unknown).apply(target, args.map(mortalValue));
            if (dies) {
              if (asynchronous.has(point)) return never();
              throw new Death(point);
            }
            if (result instanceof Promise) {
              return result.then(
                (value) => (pass(`after ${point}`) ? never() : value),
                (error) => (pass(`after ${point}`) ? never() : Promise.reject(error)),
              );
            }
            if (!passive && pass(`after ${point}`)) throw new Death(point);
            return result;
          };
        },
      }),
  };
};

const asynchronous = new Set(
  Object.entries({
    ledger: ['append', 'read', 'readAll', 'readBack', 'head', 'verify', 'close'],
    evidenceStore: ['save', 'load', 'remove', 'close'],
    runtime: ['ensure', 'remove', 'list', 'log', 'close'],
    work: ['prepare', 'evaluate', 'command', 'probe'],
    gateways: ['close'],
  }).flatMap(([port, methods]) => methods.map((method) => `${port}.${method}`)),
);
