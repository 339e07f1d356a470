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

/** Seals a directory and sends what the server lacks; resolves to its record. */
export const seal = async (client: Client, directory: string, version: string) => {
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
  return client.createRelease(config.service, manifest, true);
};

/** Seals a directory and starts a rollout of it, as `tidegate ship` does. */
export const ship = async (
  client: Client,
  directory: string,
  version: string,
  environment: string,
): Promise<Shipped> => {
  const { release, manifest } = await seal(client, directory, version);
  const { rollout } = await client.ship({ environment, service: manifest.service }, release);
  if (rollout === null) throw new Error('the rollout has no name');
  return { rollout, release, version };
};
