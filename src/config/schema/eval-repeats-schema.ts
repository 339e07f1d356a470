import { z } from 'zod';
import type { RepeatSettings } from '../../core/evaluation/run/evaluation-plan.ts';
import { count, sentence } from './scalar.ts';

const MOST_REPEATS = 100;

/** What is written at `repeats` in tidegate-eval.yaml: a number, or how many at least and at most. */
export const evalRepeatsSchema = z
  .union([
    count(1, MOST_REPEATS),
    z.strictObject({
      least: count(1, MOST_REPEATS).prefault(2).describe('So often every case is asked.'),
      most: count(1, MOST_REPEATS)
        .optional()
        .describe('Up to so often those whose answers do not agree. Default: no more than the others.'),
      k: z
        .array(count(1, MOST_REPEATS))
        .max(10)
        .optional()
        .describe('The k of pass@k and pass^k, none of them more than `least`. Default: `least`.'),
      passedBy: z
        .array(sentence('a scorer', 63))
        .min(1)
        .max(100)
        .optional()
        .describe(
          'The scorers that say whether an answer passes: each gives one half or more. Default: all that score single answers from 0 to 1.',
        ),
    }),
  ])
  .describe('How often each case is asked: a number, or {least, most, k, passedBy}.')
  .transform((given, context): RepeatSettings => {
    if (typeof given === 'number')
      return { least: given, most: given, ks: given > 1 ? [given] : [], passedBy: null };
    const { least, most = least, k = least > 1 ? [least] : [], passedBy = null } = given;
    const complain = (message: string, path: (string | number)[]): void => {
      context.addIssue({ code: 'custom', message, path, params: {} });
    };
    if (most < least) complain(`it is less than the ${least} of \`least\``, ['most']);
    if (least < 2 && most > least) complain('whether answers agree shows from two of them on', ['least']);
    for (const [index, one] of k.entries())
      if (one > least)
        complain(`of ${one} answers nothing is known where every case has ${least}`, ['k', index]);
    return { least, most, ks: [...new Set(k)].sort((a, b) => a - b), passedBy };
  });

/** The metrics that a k brings with it. */
export const powerNames = (k: number): string[] => [`pass@${k}`, `pass^${k}`];
