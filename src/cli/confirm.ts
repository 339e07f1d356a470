import { TidegateError } from '../errors.ts';
import type { CommandContext } from './command.ts';

/**
 * Asks before something that users notice, unless --yes was given.
 * @param whenNobody what happens where nobody can be asked, as in a pipe: `refuse` (default), or `go` for what must never be held up
 * @throws when the answer is no, or nobody can give one
 */
export const confirm = async (
  { io, options }: CommandContext,
  question: string,
  whenNobody: 'refuse' | 'go' = 'refuse',
): Promise<void> => {
  if (options.yes === true) return;
  if (!io.canAsk) {
    if (whenNobody === 'go') return;
    throw new TidegateError('bad-request', `Nobody can be asked here: ${question} Nothing was done.`, {
      todo: 'Pass --yes.',
    });
  }
  if (!(await io.ask(question)))
    throw new TidegateError('not-now', 'Nothing was done.', { todo: 'Answer yes, or pass --yes.' });
};
