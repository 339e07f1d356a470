import type { JudgeTask } from './judge-method.ts';

/**
 * The categories in which people and a judge are compared, from worst to best; null for judgements that nobody labels as a whole. A rubric has its
 * grades, a pairwise judge `loss`, `tie`, `win`, groundedness `ungrounded` (some claim is not supported) and `grounded`.
 */
export const judgeCategories = (task: JudgeTask): readonly string[] | null => {
  switch (task.kind) {
    case 'rubric': {
      const [least, greatest] = task.scale;
      return Array.from({ length: greatest - least + 1 }, (_, place) => `${least + place}`);
    }
    case 'pairwise':
      return ['loss', 'tie', 'win'];
    case 'groundedness':
      return ['ungrounded', 'grounded'];
    case 'context-precision':
    case 'context-recall':
      return null;
  }
};

/** The category of a score from 0 to 1; a mean over repeats goes to the nearest grade, halves upwards. */
export const categoryOf = (task: JudgeTask, score: number): string | null => {
  switch (task.kind) {
    case 'rubric': {
      const [least, greatest] = task.scale;
      return `${least + Math.round(score * (greatest - least))}`;
    }
    case 'pairwise':
      return score === 0.5 ? 'tie' : score > 0.5 ? 'win' : 'loss';
    case 'groundedness':
      return score === 1 ? 'grounded' : 'ungrounded';
    case 'context-precision':
    case 'context-recall':
      return null;
  }
};
