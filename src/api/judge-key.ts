import { keyMissing } from '../core/release/judge-key-missing.ts';
import { isUsableKey, judgeVariable } from '../core/release/judge-variable.ts';
import type { Engine } from '../engine/engine.ts';
import type { ApiPorts } from './api-ports.ts';

/**
 * That a judge's key is there is asked before the rollout, not found out in the middle of it. Going back is never asked: nothing may stand in its way.
 * @param release version or digest; an unknown one is somebody else's to refuse
 * @throws TidegateError `key-missing`
 */
export const requireJudgeKey = (
  engine: Engine,
  service: string,
  release: string,
  variables: ApiPorts['variables'],
): void => {
  if (variables === undefined) return;
  const plain = release.replace(/^v/, '');
  const record = engine.catalog.services
    .get(service)
    ?.releases.find((one) => one.release === release || one.manifest.version === plain);
  const variable = judgeVariable(record?.manifest.traffic.judge);
  if (variable !== null && !isUsableKey(variables[variable])) throw keyMissing(service, variable);
};
