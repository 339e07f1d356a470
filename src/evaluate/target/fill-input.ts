import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a template holds
const INPUT = '${input}';

/**
 * Fills `${input}` and nothing else, and knows no escape: `$${input}` is a sign and the input. A text that is the placeholder alone becomes the value, of
 * whatever type; inside a longer text, and percent-encoded in the address, it becomes text, values that are no texts as JSON. Keys stay as they are.
 */
export const fillInput = (
  { url, body }: Pick<TargetSpec, 'url' | 'body'>,
  input: unknown,
): Pick<TargetSpec, 'url' | 'body'> => {
  const text = typeof input === 'string' ? input : (JSON.stringify(input) ?? '');
  const fill = (part: unknown): unknown => {
    if (part === INPUT) return input;
    // A function, for `$&` and the like in an input stay what they are.
    if (typeof part === 'string') return part.replaceAll(INPUT, () => text);
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, fill(inner)]));
    return part;
  };
  return { url: url.replaceAll(INPUT, () => encodeURIComponent(text.toWellFormed())), body: fill(body) };
};
