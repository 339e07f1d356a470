import { basename, dirname, join } from 'node:path';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import { openKeptReplies } from './kept-replies.ts';
import type { Models } from './models.ts';
import { openModels } from './models.ts';

/** The models that score a run, with their answers kept beside the run's file; null where no scorer asks one. */
export const openRunModels = async (
  { scorers, concurrency, seed }: Pick<EvaluationPlan, 'scorers' | 'concurrency' | 'seed'>,
  runPath: string,
  { fill, secrets, recording }: Pick<RunOptions, 'fill' | 'secrets' | 'recording'>,
): Promise<Models | null> => {
  const asking = scorers.filter(({ how }) => ['judge', 'embedding', 'moderation'].includes(how.kind));
  if (asking.length === 0) return null;
  const kept = await openKeptReplies(join(dirname(runPath), 'judged', basename(runPath)));
  return openModels({
    kept,
    // Scorers of one answer ask at the same time, and a pairwise one in both orders.
    concurrency: 2 * concurrency * asking.length,
    fill,
    secrets,
    callsNobody: recording?.mode === 'replay',
    random: seededRandom(seed, 'second attempts at models'),
  });
};
