/**
 * One life of the control plane. Every call it makes to a port is a point at which it can die, before the call has any
 * effect or after it had. From then on nothing it does reaches the world and nothing it waits for ever comes.
 */
export interface Incarnation {
  readonly name: string;
  readonly isDead: () => boolean;
  /** Ends it now. `onDeath` hears of it once. */
  readonly end: () => void;
  /** It dies at its `calls`-th call of a port from now (1: the next). */
  readonly dieAt: (calls: number, when: 'before' | 'after') => void;
  /** Wraps a port; `sync` methods answer with these values when they are called after death. */
  readonly mortal: <P extends object>(port: P, spec: MortalSpec<P>) => P;
  /** Lets a callback through while it lives. */
  readonly guard: <A extends readonly unknown[]>(callback: (...args: A) => void) => (...args: A) => void;
  /** Passes a promise on while it lives; after death it never settles. */
  readonly whileAlive: <T>(promise: Promise<T>) => Promise<T>;
}

export interface MortalSpec<P extends object> {
  readonly async: readonly (keyof P & string)[];
  readonly sync: { readonly [K in keyof P & string]?: unknown };
}

const never = <T>(): Promise<T> => new Promise(() => {});

export const beginIncarnation = (name: string, onDeath: () => void): Incarnation => {
  let isDead = false;
  let callsLeft = Number.POSITIVE_INFINITY;
  let when: 'before' | 'after' = 'before';

  const end = (): void => {
    if (isDead) return;
    isDead = true;
    onDeath();
  };
  const passes = (): 'on' | 'before' | 'after' => {
    callsLeft -= 1;
    return callsLeft <= 0 ? when : 'on';
  };
  const whileAlive = <T>(promise: Promise<T>): Promise<T> =>
    promise.then(
      (value) => (isDead ? never<T>() : value),
      (error: unknown) => (isDead ? never<T>() : Promise.reject(error as Error)),
    );

  const mortalAsync =
    (method: (...args: unknown[]) => Promise<unknown>) =>
    (...args: unknown[]): Promise<unknown> => {
      if (isDead) return never();
      const fate = passes();
      if (fate === 'before') {
        end();
        return never();
      }
      const answer = method(...args);
      if (fate === 'on') return whileAlive(answer);
      const die = (): Promise<never> => {
        end();
        return never();
      };
      return answer.then(die, die);
    };

  const mortalSync =
    (method: (...args: unknown[]) => unknown, afterDeath: unknown) =>
    (...args: unknown[]): unknown => {
      if (isDead) return afterDeath;
      const fate = passes();
      if (fate === 'before') {
        end();
        return afterDeath;
      }
      const answer = method(...args);
      if (fate === 'after') end();
      return answer;
    };

  return {
    name,
    isDead: () => isDead,
    end,
    dieAt(calls, moment) {
      callsLeft = calls;
      when = moment;
    },
    mortal: <P extends object>(port: P, spec: MortalSpec<P>): P => {
      const methods = port as Record<string, (...args: unknown[]) => unknown>;
      const wrapped: Record<string, unknown> = {};
      for (const key of spec.async)
        wrapped[key] = mortalAsync((...args) => methods[key]!(...args) as Promise<unknown>);
      for (const [key, afterDeath] of Object.entries(spec.sync))
        wrapped[key] = mortalSync((...args) => methods[key]!(...args), afterDeath);
      return wrapped as P;
    },
    guard:
      (callback) =>
      (...args) => {
        if (!isDead) callback(...args);
      },
    whileAlive,
  };
};
