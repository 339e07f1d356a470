import { join } from 'node:path';
import type { Client } from '../../../src/client/client.ts';
import { interpolateService } from '../../../src/config/interpolate-service.ts';
import { loadService } from '../../../src/config/load-service.ts';
import { sealRelease } from '../../../src/registry/seal.ts';

export interface Shipped {
  readonly rollout: string;
  readonly release: string;
  readonly version: string;
}

/** Seals a directory, sends what the server lacks and starts a rollout, as `tidegate ship` does. */
export const ship = async (
  client: Client,
  directory: string,
  version: string,
  environment: string,
): Promise<Shipped> => {
  const config = interpolateService(loadService(join(directory, 'tidegate.yaml')), {});
  const manifest = await sealRelease({
    directory,
    config,
    version,
    has: client.hasBlob,
    put: async (pieces, digest) => {
      await client.putBlob(digest, pieces);
    },
  });
  const { release } = await client.createRelease(config.service, manifest, true);
  const { rollout } = await client.ship({ environment, service: config.service }, release);
  if (rollout === null) throw new Error('the rollout has no name');
  return { rollout, release, version };
};
