import { TidegateError } from '../errors.ts';
import type { CommandContext } from './command.ts';

/** Asks before something that users notice; without a terminal nobody is asked and it is done. @throws when the answer is no */
export const confirm = async ({ io, options }: CommandContext, question: string): Promise<void> => {
  if (options.yes === true || !io.canAsk) return;
  if (!(await io.ask(question)))
    throw new TidegateError('not-now', 'Nothing was done.', { todo: 'Answer yes, or pass --yes.' });
};
