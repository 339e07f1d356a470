import type { Digest } from '../../src/core/digest.ts';
import { exampleManifest, exampleRun } from '../../src/core/release/manifest.fixture.ts';
import type { LaneView } from '../../src/engine/views.ts';
import type { ControlPlane } from './control-plane.ts';

export const service = 'spam-filter';

/** Registers a release of the service that differs from the others in its command. */
export const seal = async ({ engine }: ControlPlane, version: string): Promise<void> => {
  await engine.register(
    exampleManifest({
      service,
      version,
      serving: exampleRun({ command: `serve ${version}`, replicas: 2 }),
      evaluation: {
        golden: { digest: digest('a'), cases: 400 },
        request: { method: 'POST', path: '/', body: {} },
        answer: '/label',
        positive: 'spam',
        concurrency: 4,
        timeoutMs: 1_000,
      },
    }),
    null,
    'admin (jane)',
  );
};

export const ship = async (plane: ControlPlane, version: string, environment: string): Promise<void> => {
  await seal(plane, version).catch(() => undefined);
  await plane.engine.ship({ service, release: version, environment, actor: 'admin (jane)' });
};

export const lane = ({ engine }: ControlPlane, environment: string): LaneView =>
  engine.lane({ service, environment });

/** Waits for something to become true of a lane. */
export const until = async (
  plane: ControlPlane,
  environment: string,
  isTrue: (lane: LaneView) => boolean,
  meanwhile: () => void = () => {},
): Promise<LaneView> => {
  const deadlineMs = Date.now() + 15_000;
  for (;;) {
    const now = lane(plane, environment);
    if (isTrue(now)) return now;
    if (Date.now() > deadlineMs)
      throw new Error(`never true of ${environment}: ${JSON.stringify({ ...now, ended: now.ended.length })}`);
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const digest = (character: string): Digest => `sha256:${character.repeat(64)}`;
