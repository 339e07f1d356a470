import { stringify } from 'yaml';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import type { ConvertedConfig } from '../../core/formats/promptfoo/convert-config.ts';

/** The text of a tidegate-eval.yaml that asks `target` what a converted configuration asks. */
export const evaluationFile = (
  { name, scorers, concurrency, repeats }: ConvertedConfig,
  from: string,
  golden: string,
  target: PlainObject,
): string => {
  const body = {
    ...(name === null ? {} : { name: name.slice(0, 200) }),
    golden,
    target,
    scorers,
    ...(concurrency === null ? {} : { concurrency }),
    ...(repeats === null ? {} : { repeats }),
  };
  const example = scorers[0]?.name ?? 'exact';
  return `# Imported from ${from}. Nothing is required yet, so only errors keep a run from passing:
# require:
#   - {metric: ${String(example)}, min: 90%}
${stringify(body, { lineWidth: 120 })}`;
};
