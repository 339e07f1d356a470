import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Behaviour } from './behaviour.ts';

export interface ServiceTree {
  readonly service: string;
  readonly behaviour: Behaviour;
  /** Merged over `run` of tidegate.yaml. */
  readonly run?: object;
  /** Merged over `traffic`. */
  readonly traffic?: object;
  /** Other keys of tidegate.yaml; `run: undefined` takes a key away. */
  readonly more?: object;
}

/** Writes a project that a user could have written: one program, one configuration, one tidegate.yaml. */
export const writeService = (directory: string, tree: ServiceTree): string => {
  mkdirSync(directory, { recursive: true });
  copyFileSync(new URL('service.mjs', import.meta.url), join(directory, 'service.mjs'));
  writeFileSync(join(directory, 'behaviour.json'), JSON.stringify(tree.behaviour));
  const config = {
    service: tree.service,
    protocol: 'http',
    components: { code: { files: ['service.mjs'] }, config: 'behaviour.json' },
    run: {
      command: 'exec node service.mjs',
      replicas: 2,
      ready: { path: '/health', timeout: '10s' },
      stop: '1s',
      ...tree.run,
    },
    traffic: {
      slow: '250ms',
      timeouts: { connect: '500ms', firstByte: '800ms', total: '3s' },
      ...tree.traffic,
    },
    ...tree.more,
  };
  writeFileSync(join(directory, 'tidegate.yaml'), stringify(config));
  return directory;
};
