import { readFile } from 'node:fs/promises';

/** Looks a reference up; null when it leads nowhere. Called at every start of a replica, nothing is kept. */
export type SecretSource = (reference: string) => Promise<string | null>;

/** `env:NAME` from the given environment, `file:PATH` without its last line break. */
export const secretsFrom =
  (environment: Readonly<Record<string, string | undefined>>): SecretSource =>
  async (reference) => {
    if (reference.startsWith('env:')) return environment[reference.slice('env:'.length)] ?? null;
    if (!reference.startsWith('file:')) return null;
    try {
      return (await readFile(reference.slice('file:'.length), 'utf8')).replace(/\r?\n$/, '');
    } catch {
      return null;
    }
  };

export type ResolvedSecrets =
  | { readonly kind: 'resolved'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'missing'; readonly variable: string; readonly reference: string };

/** All secrets of a workload, or the first that cannot be had. */
export async function resolveSecrets(
  secrets: Readonly<Record<string, string>>,
  source: SecretSource,
): Promise<ResolvedSecrets> {
  const values: Record<string, string> = {};
  for (const [variable, reference] of Object.entries(secrets)) {
    const value = await source(reference);
    if (value === null) return { kind: 'missing', variable, reference };
    values[variable] = value;
  }
  return { kind: 'resolved', values };
}
