import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TidegateError } from '../errors.ts';

/** tidegate.yaml: the one named, else the nearest from the working directory upwards. @throws `config-missing` */
export const findServiceFile = (cwd: string, named: string | undefined): string => {
  if (named !== undefined) return resolve(cwd, named);
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const path = join(directory, 'tidegate.yaml');
    if (existsSync(path)) return path;
    if (directory === dirname(directory))
      throw new TidegateError('config-missing', 'There is no tidegate.yaml here or above.');
  }
};
