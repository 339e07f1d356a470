import { basename, resolve } from 'node:path';
import type {
  EvaluationPlan,
  EvaluationProtocol,
  ScorerMethod,
  ScorerSpec,
  TargetSpec,
} from '../core/evaluation/run/evaluation-plan.ts';
import { EVALUATION_DEFAULTS } from './defaults.ts';
import { goldenPath } from './golden-path.ts';
import { INPUT } from './placeholder.ts';
import { isModelScorer } from './schema/eval-model-schema.ts';
import type { EvalInput } from './schema/eval-schema.ts';
import { isChatAddress } from './schema/eval-schema.ts';
import type { EvalScorerInput } from './schema/eval-scorer-schema.ts';
import type { EvalTargetInput } from './schema/eval-target-schema.ts';
import { toFaultPlan } from './to-fault-plan.ts';
import { toLoadPlan } from './to-load-plan.ts';
import { toModelMethod } from './to-model-method.ts';

/** Spells out the defaults that depend on more than one key; paths become absolute. */
export const toEvaluationPlan = (input: EvalInput, directory: string): EvaluationPlan => {
  const file = typeof input.golden === 'string' ? input.golden : input.golden.file;
  const { baseline, budget } = input;
  return {
    name: input.name ?? basename(file).replace(/^tidegate:|\.[^.]*$/g, ''),
    golden: goldenPath(file, directory),
    fields: typeof input.golden === 'string' ? EVALUATION_DEFAULTS.fields : input.golden.fields,
    trainingData: input.trainingData === undefined ? null : resolve(directory, input.trainingData),
    target: targetOf(input.target),
    baseline:
      baseline === undefined
        ? null
        : 'run' in baseline
          ? { kind: 'run', run: baseline.run }
          : { kind: 'target', target: targetOf(baseline) },
    scorers: input.scorers.map((scorer) => scorerOf(scorer, directory)),
    tools: input.tools === undefined ? null : resolve(directory, input.tools),
    repeats: input.repeats,
    concurrency: input.concurrency,
    requirements: input.require.flatMap((one) => {
      if (one === 'fallback') return [];
      const { unit, ...requirement } = one;
      return requirement;
    }),
    ...(input.load === undefined ? {} : { load: toLoadPlan(input.load) }),
    ...(input.faults === undefined
      ? {}
      : { faults: toFaultPlan(input.faults, input.require.includes('fallback')) }),
    stopsEarly: input.stopEarly,
    about: input.about,
    budget: {
      calls: budget.calls ?? null,
      tokens: budget.tokens ?? null,
      usd: budget.usd ?? null,
      timeMs: budget.time ?? null,
    },
    inconclusive: input.inconclusive,
    mostErrorsShare: input.errors,
    confidence: input.confidence,
    seed: input.seed,
  };
};

const targetOf = (input: EvalTargetInput): TargetSpec => {
  const protocol = input.protocol ?? (isChatAddress(input.url) ? 'openai' : 'http');
  return {
    label: input.label ?? input.model ?? input.url,
    protocol,
    url: input.url,
    method: input.method,
    headers: input.headers,
    body: input.body ?? usualBody(protocol, input),
    output: input.output ?? null,
    isStream: input.stream,
    timeoutMs: input.timeout,
    usage: input.usage ?? { input: '/usage/prompt_tokens', output: '/usage/completion_tokens' },
    price: input.price === undefined ? null : { inputUsd: input.price.input, outputUsd: input.price.output },
    version: input.version ?? null,
  };
};

/** An input that is a list of messages already takes their place: see the filling of templates. */
const usualBody = (protocol: EvaluationProtocol, { model, parameters, stream }: EvalTargetInput): unknown => {
  switch (protocol) {
    case 'open-inference':
      return { inputs: [{ name: 'input', shape: [1], datatype: 'BYTES', data: [INPUT] }] };
    case 'openai':
      return {
        model,
        messages: [{ role: 'user', content: INPUT }],
        ...parameters,
        ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      };
    case 'http':
      return INPUT;
  }
};

const scorerOf = (input: EvalScorerInput, directory: string): ScorerSpec => ({
  name: input.name ?? input.scorer,
  how: methodOf(input, directory),
  from: input.from,
  expected: input.expected,
  group: input.group ?? null,
  positive: input.positive ?? null,
  ...turnOf(input),
});

const turnOf = ({ only, atLeast, atMost, not }: EvalScorerInput): Pick<ScorerSpec, 'turn'> => {
  if (only === undefined && atLeast === undefined && atMost === undefined && !not) return {};
  const bound =
    atLeast !== undefined
      ? ({ kind: 'atLeast', value: atLeast } as const)
      : atMost !== undefined
        ? ({ kind: 'atMost', value: atMost } as const)
        : null;
  return { turn: { onlyTag: only ?? null, bound, isOpposite: not } };
};

const methodOf = (input: EvalScorerInput, directory: string): ScorerMethod => {
  const { least, greatest } = input.range;
  const own = {
    timeoutMs: input.timeout,
    better: input.better,
    range: [least, greatest],
    version: input.version,
  } as const;
  switch (input.scorer) {
    case 'json_schema':
      return { kind: 'json-schema', schema: input.schema };
    case 'command':
      return { kind: 'command', command: input.command ?? [], directory, ...own };
    case 'module':
      return { kind: 'module', file: resolve(directory, input.file ?? ''), ...own };
    case 'http':
      return { kind: 'http', url: input.url ?? '', headers: input.headers, ...own };
    default:
      if (isModelScorer(input.scorer)) return toModelMethod(input.scorer, input, directory);
      return { kind: 'registry', scorer: input.scorer, options: input.options };
  }
};
