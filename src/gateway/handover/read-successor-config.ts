import { isTidegateError, TidegateError } from '../../errors.ts';
import { type CheckedGatewayConfig, readGatewayConfig } from '../gateway-config.ts';

/**
 * Reads the configuration with this boot. It is in the first file until this process counts as the one that runs, which may be before it has read it: when the
 * predecessor is killed early. Then it is in the second.
 */
export async function readSuccessorConfig(
  files: readonly [next: string, config: string],
  boot: string,
): Promise<CheckedGatewayConfig> {
  const [next, config] = files;
  const found = await readGatewayConfig(next).catch((error: unknown) => {
    if (isTidegateError(error, 'config-missing')) return readGatewayConfig(config);
    throw error;
  });
  if (found.boot === boot) return found;
  throw new TidegateError('config-missing', `Neither ${next} nor ${config} is for the boot ${boot}.`);
}
