import type { Digest } from '../core/digest.ts';
import { shortDigest } from '../core/digest.ts';
import type { ReleaseManifest, RunSpec } from '../core/release/manifest.ts';
import type { Workload } from '../ports/runtime.ts';
import type { LaneKey } from './lane-key.ts';

export const workloadId = ({ environment, service }: LaneKey, release: Digest): string =>
  `${environment}.${service}.${shortDigest(release)}`;

/** What a runtime is asked to run for a release in a lane. */
export const workloadOf = (
  key: LaneKey,
  release: Digest,
  manifest: ReleaseManifest,
  spec: RunSpec,
  replicas: number,
  directory: string,
): Workload => {
  const overlay = manifest.overlays[key.environment];
  return {
    id: workloadId(key, release),
    service: key.service,
    environment: key.environment,
    release,
    replicas,
    directory,
    command: spec.command,
    env: { ...spec.env, ...overlay?.env },
    secrets: { ...spec.secrets, ...overlay?.secrets },
    ready: spec.ready,
    stopGraceMs: spec.stopGraceMs,
    limits: spec.limits,
  };
};
