import { readServer } from './check-server.ts';
import { invalidConfig } from './invalid-config.ts';
import { readConfigFile } from './read-config-file.ts';
import type { ServerConfig } from './server-config.ts';
import type { Source } from './source.ts';

export interface LoadedServer {
  readonly config: ServerConfig;
  /** Null when no file was named and everything is a default. */
  readonly source: Source | null;
}

/**
 * Reads tidegate.server.yaml; null gives the defaults. Policies are resolved to absolute paths, not read.
 * @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything.
 */
export const loadServer = (path: string | null): LoadedServer => {
  const source = path === null ? null : readConfigFile(path);
  const { config, problems } = readServer(source?.text ?? '', path ?? 'defaults');
  if (config === null) throw invalidConfig(problems);
  return { config, source };
};
