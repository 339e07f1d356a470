import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddingSignature } from '../../core/evaluation/embedding/embedding-signature.ts';
import type { OwnScorer, ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { MeasuredMetric } from '../../core/evaluation/run/run-record.ts';
import { makeScorer, SCORERS, type ScorerName } from '../../core/scorers/registry.ts';
import type { Reweighted, Scorer } from '../../core/scorers/scorer.ts';
import type { ScorerEntry, ScorerSurroundings } from '../../core/scorers/scorer-entry.ts';
import type { LabelCase } from '../../core/scorers/scorer-inputs.ts';
import { UnfitAnswer } from '../../core/scorers/unfit-answer.ts';
import { similarityMetric } from '../embedding/embedding-metric.ts';
import type { LocalEmbedders } from '../embedding/local/open-local-embedders.ts';
import { digestOf } from '../golden/canonical-json.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { commandScorer } from './command-scorer.ts';
import { compileJsonSchema } from './compile-json-schema.ts';
import { deriveInput } from './derive-input.ts';
import { httpScorer } from './http-scorer.ts';
import type { Scored, ScoreOutput } from './scored.ts';
import { turnedMetric } from './turned-metric.ts';

/** A scorer of the file, ready to score. */
export interface OpenMetric {
  readonly measured: MeasuredMetric;
  readonly range: readonly [least: number, greatest: number];
  readonly score: ScoreOutput;
  /** Collects what a score of whole sets needs; null where that is the mean of the cases' scores. */
  readonly startSet: (() => SetCollection) | null;
  /** What it compares, where it compares labels; `output` is undefined for a case in error. Left out: it does not. */
  readonly labels?: {
    /** The same for scorers that read the same labels. */
    readonly place: string;
    readonly of: (one: EvaluationCase, output: unknown) => LabelCase | null;
  };
  /** Calls of models that one score may take, which count in the budget. Left out: none. */
  readonly callsAtMost?: number;
  /** It compares with what the other side answered in the same repeat. Left out: it does not. */
  readonly looksBeside?: boolean;
  readonly close: () => Promise<void>;
}

export interface SetCollection {
  /** An answer that is unfit is taken, too, as one that is never right. */
  readonly takesUnfit: boolean;
  /** `none`: it says nothing under this metric; `unfit`: it would spoil the whole set. `output` is undefined for a case in error. */
  readonly add: (one: EvaluationCase, output: unknown) => 'member' | 'none' | 'unfit';
  readonly finish: () => Reweighted;
}

/** Their score of a set is not the mean over its cases, although cases have scores too. */
const OF_SUMS: readonly string[] = ['bleu', 'chrf', 'rmse'];

/** What the packages of a module may take until they are there. */
const MODULE_START_MS = 60_000;

export interface OpenMetricOptions {
  readonly surroundings: ScorerSurroundings;
  /** Fills in references to the environment. */
  readonly fill: (text: string) => string;
  /** Left out: no scorer has a model on this machine. */
  readonly embedders?: LocalEmbedders;
}

export const openMetric = (spec: ScorerSpec, options: OpenMetricOptions): OpenMetric => {
  const metric = openPlain(spec, options);
  return spec.turn === undefined ? metric : turnedMetric(metric, spec.turn);
};

const openPlain = (spec: ScorerSpec, { surroundings, fill, embedders }: OpenMetricOptions): OpenMetric => {
  const { how } = spec;
  // What a score is taken from is a part of how it was computed.
  const place = [
    ...(spec.from === '' ? [] : [`from:${spec.from}`]),
    ...(spec.expected === '/expected' ? [] : [`expected:${spec.expected}`]),
    ...(spec.group === null ? [] : [`group:${spec.group}`]),
    ...(spec.positive === null ? [] : [`positive:${encodeURIComponent(spec.positive)}`]),
  ];
  const signed = (signature: string): string => [signature, ...place].join('|');
  switch (how.kind) {
    case 'registry':
      return registryMetric(spec, how.scorer as ScorerName, how.options, surroundings, signed);
    case 'json-schema': {
      const test = compileJsonSchema(how.schema);
      return {
        measured: {
          name: spec.name,
          signature: signed(`json_schema|schema:${digestOf(how.schema)}|as:ajv-8|v:1`),
          better: 'higher',
          unit: 'share',
          perCase: true,
        },
        range: [0, 1],
        score: (one, output) => againstSchema(test, spec, one, output),
        startSet: null,
        close: async () => {},
      };
    }
    case 'command': {
      const { score, close } = commandScorer(how.command, how.directory, how);
      return { ...ownMetric(spec, how, signed(`command|${digestOf(how.command)}`)), score, close };
    }
    case 'module': {
      const host = fileURLToPath(new URL(`./module-host${extname(import.meta.url)}`, import.meta.url));
      const { score, close } = commandScorer(
        [process.execPath, host, how.file],
        process.cwd(),
        how,
        MODULE_START_MS,
      );
      const digest = createHash('sha256').update(readFileSync(how.file)).digest('hex');
      return { ...ownMetric(spec, how, signed(`module|sha256:${digest}`)), score, close };
    }
    case 'local-embedding': {
      if (embedders === undefined) throw new RangeError('the models of scorers are opened before them');
      const { opened, embed } = embedders(how.onnx);
      return similarityMetric(spec, embed, signed(embeddingSignature(how.onnx, opened)), 'the model');
    }
    case 'judge':
    case 'embedding':
    case 'moderation':
      throw new RangeError('what a model scores is opened by openModelMetrics');
    case 'http': {
      const headers = Object.fromEntries(
        Object.entries(how.headers).map(([name, value]) => [name, fill(value)]),
      );
      const { score, close } = httpScorer(fill(how.url), headers, how);
      return { ...ownMetric(spec, how, signed(`http|${encodeURIComponent(how.url)}`)), score, close };
    }
  }
};

const ownMetric = ({ name }: ScorerSpec, { better, range, version }: OwnScorer, signature: string) => ({
  measured: {
    name,
    signature: `${signature}|v:${encodeURIComponent(version)}`,
    better,
    unit: range[0] === 0 && range[1] === 1 && better === 'higher' ? 'share' : 'score',
    perCase: true,
  } as const,
  range,
  startSet: null,
});

const againstSchema = (
  test: ReturnType<typeof compileJsonSchema>,
  spec: ScorerSpec,
  one: EvaluationCase,
  output: unknown,
): Scored => {
  const derived = deriveInput('output', spec, one, output);
  if (derived.kind !== 'input')
    return { kind: 'score', score: 0, reason: 'there is nothing where it should be' };
  let value: unknown;
  try {
    value = JSON.parse((derived.input as { readonly output: string }).output);
  } catch {
    return { kind: 'score', score: 0, reason: 'it is not JSON' };
  }
  const problem = test(value);
  return { kind: 'score', score: problem === null ? 1 : 0, reason: problem };
};

const registryMetric = (
  spec: ScorerSpec,
  name: ScorerName,
  options: Readonly<Record<string, unknown>>,
  surroundings: ScorerSurroundings,
  signed: (signature: string) => string,
): OpenMetric => {
  const made = makeScorer(name, options, surroundings);
  if (!made.isMade) throw new RangeError(`${name}: ${made.message}`);
  const entry: ScorerEntry = SCORERS[name] as unknown as ScorerEntry;
  // The entry says which kind of input its scorer takes, and `deriveInput` makes one of that kind.
  const scorer = made.scorer as Scorer<unknown>;
  const { ofCase } = scorer;
  const isOfSet = ofCase === null || OF_SUMS.includes(name);
  const needsReference = !(name === 'matches' && typeof options.pattern === 'string');
  const derive = (one: EvaluationCase, output: unknown) =>
    deriveInput(entry.input, spec, one, output, needsReference);
  // Among labels what has none, for an error or with nothing at `from`, is a label that is never right: left out, it would be better than a wrong one.
  const isOfLabels = entry.input === 'label';
  const deriveForSet = (one: EvaluationCase, output: unknown) => {
    const derived = derive(one, output ?? {});
    return isOfLabels && derived.kind === 'unfit' && derived.isOfAnswer === true
      ? deriveInput('label', { ...spec, from: '' }, one, null)
      : derived;
  };
  /** Throws over the one answer that the whole set would stumble over. */
  const check = (input: unknown): void => {
    if (ofCase === null && !isOfLabels) scorer.prepare([input]);
  };
  const [least, greatest] = entry.range;
  const labels = {
    place: JSON.stringify([spec.from, spec.expected]),
    of: (one: EvaluationCase, output: unknown): LabelCase | null => {
      const derived = deriveForSet(one, output);
      return derived.kind === 'input' ? (derived.input as LabelCase) : null;
    },
  };
  return {
    ...(isOfLabels ? { labels } : {}),
    measured: {
      name: spec.name,
      signature: signed(made.signature),
      better: entry.better,
      unit: entry.better === 'higher' && least === 0 && greatest === 1 ? 'share' : 'score',
      perCase: ofCase !== null,
    },
    range: entry.range,
    score: (one, output) => {
      const derived = derive(one, output);
      if (derived.kind === 'undefined') return { kind: 'score', score: null, reason: null };
      if (derived.kind === 'unfit') return { ...derived, kind: 'failed' };
      try {
        check(derived.input);
        if (ofCase === null) return { kind: 'score', score: null, reason: null };
        return { kind: 'score', score: ofCase(derived.input), reason: null };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        const failed = { kind: 'failed', detail: error.message } as const;
        return error instanceof UnfitAnswer ? { ...failed, isOfAnswer: true } : failed;
      }
    },
    startSet: !isOfSet
      ? null
      : () => {
          const collection = scorer.start();
          return {
            takesUnfit: isOfLabels,
            add: (one, output) => {
              if (output === undefined && !isOfLabels) return 'none';
              const derived = deriveForSet(one, output);
              if (derived.kind !== 'input') return 'none';
              try {
                // Records of early versions do not say what is unfit.
                check(derived.input);
              } catch (error) {
                if (error instanceof UnfitAnswer) return 'unfit';
                throw error;
              }
              collection.add(derived.input);
              return 'member';
            },
            finish: collection.finish,
          };
        },
    close: async () => {},
  };
};
