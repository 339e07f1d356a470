/** One service in one environment. */
export interface LaneKey {
  readonly service: string;
  readonly environment: string;
}

const prefix = 'lane/';

export const laneStream = ({ service, environment }: LaneKey): string => `${prefix}${environment}/${service}`;

export const parseLaneStream = (stream: string): LaneKey | null => {
  if (!stream.startsWith(prefix)) return null;
  const [environment, service] = stream.slice(prefix.length).split('/');
  return environment === undefined || service === undefined ? null : { environment, service };
};
