import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EmbeddingMethod } from '../../core/judging/judge-method.ts';
import type { TextCase } from '../../core/scorers/scorer-inputs.ts';
import { endpointKey } from '../judging/endpoint-key.ts';
import type { Models } from '../judging/models.ts';
import { deriveInput } from '../scoring/derive-input.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { cosine } from './cosine.ts';
import type { Embedded, EmbedTexts } from './embed-texts.ts';
import { embedThroughEndpoint } from './embed-texts.ts';

/** The answer's texts and the references', each with its second attempt. */
const CALLS_AT_MOST = 4;

/** Similarity by the vectors of an endpoint. */
export const embeddingMetric = (
  spec: ScorerSpec,
  { endpoint }: EmbeddingMethod,
  models: Models,
): OpenMetric => ({
  ...similarityMetric(
    spec,
    embedThroughEndpoint(endpoint, models.open(endpoint, 'embeddings')),
    `embedding_similarity|cosine|model:${encodeURIComponent(endpoint.model)}|${endpointKey(endpoint)}|v:1`,
    endpoint.model,
  ),
  callsAtMost: CALLS_AT_MOST,
});

/**
 * The cosine of the embeddings of the answer and of the nearest reference. An empty text has no meaning to compare, so its score is the least there is.
 * `who` is what embeds, as failures call it.
 */
export const similarityMetric = (
  spec: ScorerSpec,
  embed: EmbedTexts,
  signature: string,
  who: string,
): OpenMetric => ({
  measured: { name: spec.name, signature, better: 'higher', unit: 'score', perCase: true },
  range: [-1, 1],
  score: async (one, output, signal) => {
    const derived = deriveInput('text', spec, one, output);
    if (derived.kind === 'undefined') return { kind: 'score', score: null, reason: null };
    if (derived.kind === 'unfit') return { ...derived, kind: 'failed' };
    const { output: answer, references } = derived.input as TextCase;
    const right = references.filter((reference) => reference.trim() !== '');
    if (right.length === 0) return { kind: 'score', score: null, reason: 'the expected texts are empty' };
    if (answer.trim() === '') return { kind: 'score', score: -1, reason: 'the answer is empty' };
    const [ofReferences, ofAnswer] = await Promise.all([embed(right, signal), embed([answer], signal)]);
    if (ofReferences.kind === 'failed') return ofReferences;
    if (ofAnswer.kind === 'failed') return ofAnswer;
    const scores = ofReferences.answer
      .map((reference) => cosine(ofAnswer.answer[0] ?? [], reference))
      .filter((score) => score !== null);
    return scores.length === 0
      ? { kind: 'failed', detail: `${who} gave vectors that cannot be compared` }
      : { kind: 'score', score: Math.max(...scores), reason: cutReason(ofAnswer, ofReferences) };
  },
  startSet: null,
  close: async () => {},
});

/** That less than the whole texts was compared; null where it was not. */
const cutReason = (ofAnswer: Embedded, ofReferences: Embedded): string | null => {
  const cut = [
    ...(ofAnswer.cutAtTokens === undefined ? [] : ['the answer']),
    ...(ofReferences.cutAtTokens === undefined ? [] : ['what is expected']),
  ];
  const tokens = ofAnswer.cutAtTokens ?? ofReferences.cutAtTokens;
  return tokens === undefined ? null : `only the first ${tokens} tokens count of ${cut.join(' and of ')}`;
};
