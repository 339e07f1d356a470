import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Identity } from '../core/routing/trusted-issuer.ts';
import { checkText } from './check-text.ts';
import type { Problem } from './problem.ts';
import type { DataPath, Finding } from './read/finding.ts';
import { show } from './scalars/show.ts';
import type { ServerConfig, TlsFiles } from './server-config.ts';

/** Reads the text of a tidegate.server.yaml; `config` is null when there is an error among the problems. */
export const readServer = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly config: ServerConfig | null } => {
  const directory = dirname(resolve(file));
  const { problems, parsed } = checkText('server', {
    text,
    file,
    more: (data) => [
      ...absentPolicies(data, directory),
      ...absentKeyFiles(data, directory),
      ...absentTlsFiles(data, directory),
    ],
  });
  if (parsed === null) return { problems, config: null };
  const environments = parsed.environments.map((each) => ({
    ...each,
    policy: each.policy === null ? null : resolve(directory, each.policy),
    ...(each.tls && { tls: absoluteTls(each.tls, directory) }),
    ...(each.identity && { identity: withAbsoluteFiles(each.identity, directory) }),
  }));
  const { control } = parsed;
  return {
    problems,
    config: {
      ...parsed,
      control: { ...control, ...(control.tls && { tls: absoluteTls(control.tls, directory) }) },
      environments,
    },
  };
};

/** Everything that is wrong with the text of a tidegate.server.yaml. Never throws. */
export const checkServer = (text: string, file: string): readonly Problem[] =>
  readServer(text, file).problems;

const absentPolicies = (data: unknown, directory: string): Finding[] => {
  const environments = (data as { environments?: unknown } | null)?.environments;
  if (!Array.isArray(environments)) return [];
  return environments.flatMap((each: { policy?: unknown } | null, index): Finding[] => {
    const policy = each?.policy;
    if (typeof policy !== 'string' || policy.trim() === '' || isFile(resolve(directory, policy.trim())))
      return [];
    const message = `there is no file ${show(policy)}`;
    return [{ severity: 'error', path: ['environments', index, 'policy'], part: 'value', message }];
  });
};

const withAbsoluteFiles = (identity: Identity, directory: string): Identity => ({
  ...identity,
  issuers: identity.issuers.map((issuer) => {
    const { keys } = issuer;
    return keys.from === 'file'
      ? { ...issuer, keys: { ...keys, path: resolve(directory, keys.path) } }
      : issuer;
  }),
});

const absoluteTls = (tls: readonly TlsFiles[], directory: string): TlsFiles[] =>
  tls.map(({ certificate, key }) => ({
    certificate: resolve(directory, certificate),
    key: resolve(directory, key),
  }));

/** Of the control plane and of every environment, one pair or a list of them. */
const absentTlsFiles = (data: unknown, directory: string): Finding[] => {
  const { control, environments } = (data ?? {}) as { control?: unknown; environments?: unknown };
  const places: [unknown, DataPath][] = [
    [control, ['control']],
    ...(Array.isArray(environments)
      ? environments.map((each: unknown, at): [unknown, DataPath] => [each, ['environments', at]])
      : []),
  ];
  return places.flatMap(([place, path]) => {
    const tls = (place as { tls?: unknown } | null | undefined)?.tls;
    if (Array.isArray(tls)) return tls.flatMap((pair, at) => absentIn(pair, [...path, 'tls', at], directory));
    return absentIn(tls, [...path, 'tls'], directory);
  });
};

const absentIn = (pair: unknown, path: DataPath, directory: string): Finding[] =>
  (['certificate', 'key'] as const).flatMap((name): Finding[] => {
    const file = (pair as Record<string, unknown> | null | undefined)?.[name];
    if (typeof file !== 'string' || file.trim() === '' || isFile(resolve(directory, file.trim()))) return [];
    const message = `there is no file ${show(file)}`;
    return [{ severity: 'error', path: [...path, name], part: 'value', message }];
  });

const absentKeyFiles = (data: unknown, directory: string): Finding[] => {
  const issuers = (data as { gateway?: { identity?: { issuers?: unknown } | null } | null } | null)?.gateway
    ?.identity?.issuers;
  if (!Array.isArray(issuers)) return [];
  return issuers.flatMap((each: { keys?: { file?: unknown } | null } | null, index): Finding[] => {
    const file = each?.keys?.file;
    if (typeof file !== 'string' || file.trim() === '' || isFile(resolve(directory, file.trim()))) return [];
    const path = ['gateway', 'identity', 'issuers', index, 'keys', 'file'];
    return [{ severity: 'error', path, part: 'value', message: `there is no file ${show(file)}` }];
  });
};

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};
