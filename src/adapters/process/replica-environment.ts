import { join } from 'node:path';
import { shellQuote } from './shell-quote.ts';

/** All that a replica gets of the control plane's own environment. */
const inherited = ['PATH', 'LANG', 'TZ'] as const;

/** The whole environment of a replica. `PORT` and `HOST` are not for the workload to change: the gateway relies on them. */
export function replicaEnvironment(input: {
  readonly ours: Readonly<Record<string, string | undefined>>;
  readonly scratch: string;
  readonly workload: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly port: number;
}): Record<string, string> {
  const base: Record<string, string> = {
    HOME: join(input.scratch, 'home'),
    TMPDIR: join(input.scratch, 'tmp'),
  };
  for (const name of inherited) {
    const value = input.ours[name];
    if (value !== undefined) base[name] = value;
  }
  return { ...base, ...input.workload, ...input.secrets, PORT: String(input.port), HOST: '127.0.0.1' };
}

/** The first variable that no shell can export or no process can carry, null if all are fine. */
export function unusableVariable(environment: Readonly<Record<string, string>>): string | null {
  const bad = Object.entries(environment).find(
    ([name, value]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'),
  );
  return bad?.[0] ?? null;
}

/** Lines for a shell that export all of it. */
export const exportLines = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join('');
