import { isUsableKey, judgeVariable } from '../../core/release/judge-variable.ts';
import type { RouteTable } from '../../core/routing/table.ts';

export interface JudgeKeys {
  /** By variable; exactly those that a judge or a provider in the table names and that are set. */
  readonly values: Readonly<Record<string, string>>;
  /** Named, but not set to anything that can be sent as a key. */
  readonly missing: readonly { readonly service: string; readonly variable: string }[];
}

/** The keys that the gateways of a table need, out of the environment of the control plane. */
export const judgeKeysOf = (
  { services }: Pick<RouteTable, 'services'>,
  environment: Readonly<Record<string, string | undefined>>,
): JudgeKeys => {
  const values: Record<string, string> = {};
  const missing: { service: string; variable: string }[] = [];
  const take = (service: string, user: Parameters<typeof judgeVariable>[0]): void => {
    const variable = judgeVariable(user);
    if (variable === null) return;
    const value = environment[variable];
    if (isUsableKey(value)) values[variable] = value;
    else missing.push({ service, variable });
  };
  for (const { service, stable, candidate } of Object.values(services)) {
    take(service, candidate?.readings.judge);
    for (const provider of [stable?.provider, candidate?.provider])
      if (provider?.apiKey !== undefined) take(service, { apiKey: provider.apiKey });
  }
  return { values, missing };
};

/** Those of some variables that are set to something that can be sent as a key. */
export const usableKeys = (
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = environment[name];
    if (isUsableKey(value)) values[name] = value;
  }
  return values;
};
