import type { LaneView } from '../../engine/views.ts';
import type { TestApi } from './open-test-api.ts';
import { sealTestRelease } from './seal-test-release.ts';

/** Registers a release of the service `demo` and starts its rollout. */
export const shipDemo = async (
  api: TestApi,
  version: string,
  environment: 'staging' | 'production' = 'staging',
): Promise<void> => {
  const manifest = await sealTestRelease(api.blobs, version, `// ${version}`);
  await api.client.createRelease('demo', manifest, true);
  await api.client.ship({ service: 'demo', environment }, version);
};

/** Ships and waits until it serves. */
export const serveDemo = async (
  api: TestApi,
  version: string,
  environment: 'staging' | 'production' = 'staging',
): Promise<LaneView> => {
  await shipDemo(api, version, environment);
  return until(api, environment, (lane) => lane.stable?.releaseVersion === version);
};

export const until = async (
  api: TestApi,
  environment: string,
  isSo: (lane: LaneView) => boolean,
): Promise<LaneView> => {
  const deadlineAtMs = Date.now() + 5_000;
  for (;;) {
    const lane = api.engine.lane({ service: 'demo', environment });
    if (isSo(lane)) return lane;
    if (Date.now() > deadlineAtMs) throw new Error(`it never became so: ${JSON.stringify(lane.rollout)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
