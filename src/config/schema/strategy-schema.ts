import { z } from 'zod';
import type { Audience } from '../../core/audience/audience.ts';
import type {
  HoldConfig,
  PresetConfig,
  StrategyConfig,
  StrategyName,
} from '../../core/rollout/strategy-spec.ts';
import { STRATEGY_DEFAULTS } from '../defaults.ts';
import { audienceSchema } from './audience-schema.ts';
import { duration } from './duration.ts';
import { choice, count, type IssueNotes, sentence } from './scalar.ts';
import { percent } from './share.ts';
import { holdOptions, stagesSchema } from './stages-schema.ts';

export const PRESETS = ['canary', 'shadow', 'blue-green', 'rolling', 'all-at-once'] as const;

export const STRATEGIES = [...PRESETS, 'stages'] as const satisfies readonly StrategyName[];

const presetOptions = {
  minimum: duration().optional().describe('Shortest time in each stage. Default: the policy’s.'),
  timeout: duration({ zero: false })
    .optional()
    .describe(
      'Longest time in each stage; then the rollout pauses and asks for a person. Default: the policy’s.',
    ),
  ...holdOptions,
};

const steps = z
  .array(percent())
  .superRefine((shares, context) => {
    const issue = (index: number | null, message: string, notes: IssueNotes = {}): void =>
      context.addIssue({
        code: 'custom',
        message,
        path: index === null ? [] : [index],
        params: { ...notes },
      });
    if (shares.length === 0) return issue(null, 'a canary needs at least one step below 100% and then 100%');
    shares.forEach((share, index) => {
      if (share === 0)
        issue(index, 'a step of 0% exposes nobody', { suggestion: 'shadow: 100%, to mirror first' });
      else if (index > 0 && share <= shares[index - 1]!)
        issue(index, 'each step must be larger than the one before');
    });
    if (shares.at(-1) !== 1) issue(shares.length - 1, 'the last step must be 100%');
    else if (shares.length === 1)
      issue(0, 'a canary with only 100% compares nothing', { suggestion: 'all-at-once' });
  })
  .describe('Growing shares of the traffic; the last one is 100%.');

const canaryOptions = z.strictObject({
  steps: steps.prefault([...STRATEGY_DEFAULTS.canarySteps]),
  shadow: percent({ least: 1e-6 })
    .optional()
    .describe(
      'Share of stable’s requests that a first stage copies to the candidate. Left out: no such stage.',
    ),
  audience: audienceSchema,
  ...presetOptions,
});

const smoke = z
  .union([
    sentence('a command', 8_192),
    z.strictObject({
      command: sentence('a command', 8_192).describe('Must exit with 0.'),
      timeout: duration({ zero: false })
        .prefault(STRATEGY_DEFAULTS.commandTimeout)
        .describe('Then the command is ended and has failed.'),
    }),
  ])
  .describe('Command that must exit with 0 while the candidate runs without traffic.');

const presets = {
  canary: z
    .union([steps, canaryOptions])
    .describe(
      'A growing share of the traffic, each step left on evidence. A list of steps, or a map with options.',
    ),
  shadow: z
    .strictObject({
      mirror: percent({ least: 1e-6 })
        .prefault(STRATEGY_DEFAULTS.shadowMirror)
        .describe('Share of stable’s requests that are copied to the candidate.'),
      audience: audienceSchema,
      ...presetOptions,
    })
    .describe('Copies of the traffic are judged first, then the candidate gets all of it.'),
  'blue-green': z
    .strictObject({ smoke: smoke.optional(), ...presetOptions })
    .describe(
      'The candidate starts beside stable and then gets everything at once; stable stays warm for the hold.',
    ),
  rolling: z
    .strictObject({
      batch: count(1, 1_000)
        .prefault(STRATEGY_DEFAULTS.rollingBatch)
        .describe('Replicas replaced at a time.'),
      ...presetOptions,
    })
    .describe('Replica by replica; the traffic follows.'),
  'all-at-once': z
    .strictObject({ ...presetOptions })
    .describe('Everything at once; the guards stay on during a hold.'),
};

const spelledOut = z
  .strictObject({
    canary: presets.canary.optional(),
    shadow: presets.shadow.optional(),
    'blue-green': presets['blue-green'].optional(),
    rolling: presets.rolling.optional(),
    'all-at-once': presets['all-at-once'].optional(),
    stages: stagesSchema.optional(),
  })
  .meta({ minProperties: 1, maxProperties: 1 })
  .transform((map, context): StrategyConfig => {
    const names = STRATEGIES.filter((name) => map[name] !== undefined);
    if (names.length !== 1) {
      const message =
        names.length === 0
          ? `a strategy names one of ${STRATEGIES.join(', ')}`
          : `a strategy is one of ${names.join(' and ')}, not both; a list under stages can mix them`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    if (map.canary !== undefined) {
      const options = Array.isArray(map.canary)
        ? { ...canaryOptions.parse({}), steps: map.canary }
        : map.canary;
      return {
        type: 'canary',
        steps: options.steps,
        mirrorShare: options.shadow ?? null,
        ...audienceOf(options),
        ...presetOf(options),
      };
    }
    if (map.shadow !== undefined)
      return {
        type: 'shadow',
        mirrorShare: map.shadow.mirror,
        ...audienceOf(map.shadow),
        ...presetOf(map.shadow),
      };
    if (map.rolling !== undefined)
      return { type: 'rolling', batch: map.rolling.batch, ...presetOf(map.rolling) };
    if (map['blue-green'] !== undefined)
      return { type: 'blue-green', smoke: smokeOf(map['blue-green'].smoke), ...presetOf(map['blue-green']) };
    if (map['all-at-once'] !== undefined) return { type: 'all-at-once', ...presetOf(map['all-at-once']) };
    return { type: 'stages', ...map.stages! };
  });

/** The `strategy` of an environment or overlay: the name of a preset, or a map with one key. */
export const strategySchema = z
  .union([choice(PRESETS), spelledOut])
  .transform(
    (strategy): StrategyConfig =>
      typeof strategy === 'string' ? spelledOut.parse({ [strategy]: {} }) : strategy,
  )
  .describe(
    'How a release gets its traffic: a preset by name, a preset with options, or the stages themselves.',
  );

const audienceOf = ({ audience }: { audience?: Audience | undefined }): { audience?: Audience } =>
  audience === undefined ? {} : { audience };

interface PresetInput {
  readonly minimum?: number | undefined;
  readonly timeout?: number | undefined;
  readonly hold?: number | undefined;
  readonly holdback?: number | undefined;
}

const holdOf = ({ hold, holdback }: PresetInput): HoldConfig => ({
  holdMs: hold ?? null,
  holdbackShare: holdback ?? null,
});

const presetOf = (options: PresetInput): PresetConfig => ({
  minimumMs: options.minimum ?? null,
  timeoutMs: options.timeout ?? null,
  ...holdOf(options),
});

const smokeOf = (
  given: z.output<typeof smoke> | undefined,
): { command: string; timeoutMs: number } | null => {
  if (given === undefined) return null;
  if (typeof given !== 'string') return { command: given.command, timeoutMs: given.timeout };
  return { command: given, timeoutMs: duration().parse(STRATEGY_DEFAULTS.commandTimeout) };
};
