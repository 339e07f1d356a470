import { readService } from './check-service.ts';
import { invalidConfig } from './invalid-config.ts';
import type { Problem } from './problem.ts';
import { readConfigFile } from './read-config-file.ts';
import type { ServiceConfig } from './service-config.ts';
import type { Source } from './source.ts';

export interface LoadedService {
  readonly config: ServiceConfig;
  readonly source: Source;
  readonly warnings: readonly Problem[];
}

/**
 * Reads tidegate.yaml. References to the environment stay unfilled: see `interpolateService`.
 * @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything.
 */
export const loadService = (path: string): LoadedService => {
  const source = readConfigFile(path);
  const { config, problems } = readService(source.text, path);
  if (config === null) throw invalidConfig(problems);
  return { config, source, warnings: problems };
};
