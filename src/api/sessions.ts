import { createHash, randomBytes } from 'node:crypto';

export const sessionCookie = 'tidegate_session';

/** Logins of the page. They live in memory: a restart logs everybody out, and nothing on disk can be stolen. */
export interface Sessions {
  open(name: string, atMs: number): { readonly id: string; readonly maxAgeSeconds: number };
  /** Whose session it is; null when there is none or it is over. */
  find(id: string, atMs: number): string | null;
  close(id: string): void;
}

const lifeMs = 12 * 60 * 60 * 1000;
/** The oldest goes when there are more: nobody fills the memory with logins. */
const mostSessions = 200;

export const openSessions = (): Sessions => {
  const sessions = new Map<string, { name: string; untilMs: number }>();
  // By hash, so that a look-up takes no time that tells anything about a session's id.
  const keyOf = (id: string): string => createHash('sha256').update(id).digest('hex');
  return {
    open(name, atMs) {
      for (const [key, { untilMs }] of sessions) if (untilMs <= atMs) sessions.delete(key);
      const [oldest] = sessions.keys();
      if (sessions.size >= mostSessions && oldest !== undefined) sessions.delete(oldest);
      const id = randomBytes(32).toString('base64url');
      sessions.set(keyOf(id), { name, untilMs: atMs + lifeMs });
      return { id, maxAgeSeconds: lifeMs / 1000 };
    },
    find(id, atMs) {
      const session = sessions.get(keyOf(id));
      return session === undefined || session.untilMs <= atMs ? null : session.name;
    },
    close(id) {
      sessions.delete(keyOf(id));
    },
  };
};
