import type { RepeatRule } from '../../core/judging/judge-method.ts';
import { settle } from '../../core/judging/settle.ts';
import type { Judged } from './judged.ts';

type Score = Extract<Judged, { kind: 'judged' }>;

/**
 * Has an answer judged until its score is stable, at most `most` times. The score is the mean, the reason that of the judgement nearest to it. One
 * failed judgement fails the whole: leaving it out would let a judge that cannot answer choose what counts.
 */
export const judgeRepeatedly = async (
  rule: RepeatRule,
  judge: (repeat: number) => Promise<Judged>,
): Promise<Judged> => {
  const judged: Score[] = [];
  for (;;) {
    const one = await judge(judged.length);
    if (one.kind !== 'judged') return one;
    judged.push(one);
    const settled = settle(
      judged.map(({ score }) => score),
      rule,
    );
    if (settled.kind === 'more') continue;
    const distance = ({ score }: Score): number => Math.abs(score - settled.score);
    const nearest = judged.toSorted((a, b) => distance(a) - distance(b))[0] ?? one;
    const times = `judged ${judged.length} times, ${Number(settled.spread.toFixed(3))} apart${settled.isStable ? '' : ', and not stable'}`;
    return {
      kind: 'judged',
      score: settled.score,
      reason: judged.length === 1 ? one.reason : `${nearest.reason} (${times})`,
      companions: one.companions.map(
        (_, place) =>
          judged.reduce((sum, { companions }) => sum + (companions[place] ?? 0), 0) / judged.length,
      ),
    };
  }
};
