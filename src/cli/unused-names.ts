import { nearName } from './require-known.ts';

interface NamesOfService {
  readonly service: string;
  readonly overlays: Readonly<Record<string, unknown>>;
  readonly traffic: { readonly fallback?: readonly string[] };
}

/**
 * Names in tidegate.yaml that mean nothing to a server, as sentences. No errors, for one file may be shipped to several
 * servers.
 * @param services what was shipped there before; null: not known
 */
export const unusedNames = (
  { service, overlays, traffic }: NamesOfService,
  environments: readonly string[],
  services: readonly string[] | null,
): readonly string[] => {
  const known = environments.join(', ');
  const ofEnvironments = Object.keys(overlays)
    .filter((name) => !environments.includes(name))
    .map((name) => {
      const meant = nearName(name, environments);
      return `What tidegate.yaml says of the environment ${name} is not used: the server has ${known}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
    });
  const ofServices = (services === null ? [] : (traffic.fallback ?? []))
    .filter((name) => name !== service && services?.includes(name) === false)
    .map((name) => {
      const meant = nearName(name, services ?? []);
      return `traffic.fallback names ${name}, of which nothing was shipped to this server yet.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
    });
  return [...ofEnvironments, ...ofServices];
};
