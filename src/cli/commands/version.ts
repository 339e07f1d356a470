import { packageVersion } from '../../package-version.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';

export const version: CommandSpec = {
  name: 'version',
  summary: 'print the version of this tool and of Node.js',
  uses: ['output'],
  async run({ show }) {
    const versions = { tidegate: packageVersion(), node: process.versions.node };
    show(versions, () => `tidegate ${versions.tidegate} (Node.js ${versions.node})`);
    return exitCode.good;
  },
};
