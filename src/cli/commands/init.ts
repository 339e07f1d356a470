import { writeServiceFile } from '../../config/init/write-service-file.ts';
import { loadService } from '../../config/load-service.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';

export const init: CommandSpec = {
  name: 'init',
  summary: 'write a commented tidegate.yaml for the project in this directory',
  async run({ io, say }) {
    const written = writeServiceFile(io.cwd);
    if (written.outcome === 'exists')
      throw new TidegateError('config-invalid', `There is a ${written.path} already; it was not touched.`, {
        todo: 'Edit it, or remove it and run `tidegate init` again.',
      });
    const { kind, program, service } = written.project;
    const found = program?.framework ?? (kind === 'docker' ? 'Docker' : null);
    say(
      found === null
        ? 'No Python, Node.js or Docker project was recognised.'
        : `This looks like a ${found} project.`,
    );
    io.out(`${written.path}\n`);
    const { warnings } = loadService(written.path);
    if (warnings.length > 0) say(renderProblems(warnings));
    say(
      `Wrote the service ${service}. Read through it, then: tidegate validate, tidegate up, tidegate ship.`,
    );
    return exitCode.good;
  },
};
