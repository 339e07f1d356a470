import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';

/** Notices that whole answers are scored where a part of them was meant. */
export interface ShapeNote {
  readonly add: (record: Pick<CaseRecord, 'candidate' | 'expected'>) => void;
  readonly finish: () => string[];
}

/** Says so when more than half of the answers are objects although a text or a number is expected of them, with the part that is likely to be meant. */
export const startShapeNote = ({
  target,
  scorers,
}: Pick<EvaluationPlan, 'target' | 'scorers'>): ShapeNote => {
  const isPossible = target.protocol === 'http' && scorers.some(({ from }) => from === '');
  let plain = 0;
  let objects = 0;
  let example: string | null = null;
  let isExact = false;
  return {
    add({ candidate, expected }) {
      if (!isPossible || (typeof expected !== 'string' && typeof expected !== 'number')) return;
      const answer = candidate.find(({ kind }) => kind === 'answer');
      if (answer?.kind !== 'answer') return;
      plain += 1;
      const { output } = answer;
      if (typeof output !== 'object' || output === null || Array.isArray(output)) return;
      objects += 1;
      if (isExact) return;
      const members = Object.entries(output);
      const same = members.find(([, value]) => isPlain(value) && String(value) === String(expected));
      const named =
        same ?? members.find(([, value]) => typeof value === 'string' || typeof value === 'number');
      isExact = same !== undefined;
      if (named !== undefined && (isExact || example === null)) example = named[0];
    },
    finish() {
      if (objects * 2 <= plain) return [];
      const member = example === null ? '' : `/${example.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const such = member === '' ? '' : `, such as \`output: ${target.output ?? ''}${member}\``;
      return [
        `${objects} of ${plain} answers are objects, and a text or number is expected of them: name the part that is the answer under \`target:\`${such}`,
      ];
    },
  };
};

/** An object may not be made a text: its `toString` is whatever the target wrote there. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
