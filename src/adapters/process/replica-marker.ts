/** Carried in the environment of everything a replica starts, so that strays are found without any record. */
export const markerVariable = 'TIDEGATE_REPLICA';

export interface Marker {
  /** Names one state directory, so that two Tidegates on a machine do not touch each other's processes. */
  readonly runtimeId: string;
  readonly workloadId: string;
  readonly slot: number;
}

export const formatMarker = (marker: Marker): string =>
  `${marker.runtimeId}/${marker.workloadId}/${marker.slot}`;

export function parseMarker(text: string): Marker | null {
  const [, runtimeId, workloadId, slot] = /^([^/]+)\/([^/]+)\/(\d+)$/.exec(text) ?? [];
  if (runtimeId === undefined || workloadId === undefined) return null;
  return { runtimeId, workloadId, slot: Number(slot) };
}
