import { z } from 'zod';
import type { Audience } from '../../core/audience/audience.ts';
import { isWithin } from '../../core/audience/is-within.ts';
import type { Gate } from '../../core/rollout/plan.ts';
import type { StageConfig, StagesStrategy } from '../../core/rollout/strategy-spec.ts';
import { STRATEGY_DEFAULTS } from '../defaults.ts';
import { audienceSchema } from './audience-schema.ts';
import { duration } from './duration.ts';
import { choice, count, type IssueNotes, sentence } from './scalar.ts';
import { percent } from './share.ts';

export const holdOptions = {
  hold: duration()
    .optional()
    .describe(
      'How long the old release stays warm after the last step; 0s switches it off. Default: the policy’s.',
    ),
  holdback: percent({ most: 0.49 })
    .optional()
    .describe('Share of the traffic the old release still answers during the hold. Default: the policy’s.'),
};

const gateMap = z
  .strictObject({
    approval: count(1, 20).optional().describe('So many people must approve.'),
    soak: duration({ zero: false }).optional().describe('So much time must pass.'),
    command: sentence('a command', 8_192).optional().describe('Must exit with 0.'),
    timeout: duration({ zero: false })
      .optional()
      .describe(`For the command. Default: ${STRATEGY_DEFAULTS.commandTimeout}.`),
  })
  .transform(({ approval, soak, command, timeout }, context): Gate => {
    const given = [approval, soak, command].filter((value) => value !== undefined);
    if (given.length !== 1 || (timeout !== undefined && command === undefined)) {
      const message =
        given.length === 1
          ? 'only a command has a timeout; the stage has one of its own'
          : 'a gate is one of evidence, evaluation, {approval: 1}, {soak: 5m}, {command: ./smoke.sh}';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    if (approval !== undefined) return { type: 'approval', approvals: approval };
    if (soak !== undefined) return { type: 'soak', durationMs: soak };
    const timeoutMs = timeout ?? duration().parse(STRATEGY_DEFAULTS.commandTimeout);
    return { type: 'command', command: command!, timeoutMs };
  });

const gate = z.union([choice(['evidence', 'evaluation', 'approval']), gateMap]).transform((given): Gate => {
  if (typeof given !== 'string') return given;
  return given === 'approval' ? { type: 'approval', approvals: 1 } : { type: given };
});

const item = z.strictObject({
  name: sentence('a name', 64).optional().describe('Shown to people. Default: its exposure.'),
  weight: percent().optional().describe('Share of the requests that the candidate answers. Default: 0%.'),
  mirror: percent()
    .optional()
    .describe('Share of stable’s requests that are also sent to the candidate. Default: 0%.'),
  audience: audienceSchema,
  gates: z
    .array(gate)
    .optional()
    .describe('All must pass before the rollout goes on. Default: evidence where both releases get traffic.'),
  minimum: duration().optional().describe('Shortest time in this stage. Default: the policy’s.'),
  timeout: duration({ zero: false })
    .optional()
    .describe(
      'Longest time in this stage; then the rollout pauses and asks for a person. Default: the policy’s.',
    ),
  ...holdOptions,
});

type Item = z.output<typeof item>;

/** The `stages` list: exposures that never shrink and end at 100 %, then perhaps one `hold`. */
export const stagesSchema = z
  .array(item)
  .superRefine((items, context) => {
    for (const { index, message, suggestion } of complaints(items)) {
      const notes: IssueNotes = suggestion === undefined ? {} : { suggestion };
      context.addIssue({
        code: 'custom',
        message,
        path: index === null ? [] : [index],
        params: { ...notes },
      });
    }
  })
  .transform((items): Omit<StagesStrategy, 'type'> => {
    const hold = items.find(isHold);
    return {
      stages: items.filter((each) => !isHold(each)).map(stageOf),
      holdMs: hold?.hold ?? null,
      holdbackShare: hold?.holdback ?? null,
    };
  })
  .describe(
    'Every stage spelled out: weights that never shrink and end at 100%, then perhaps {hold: 10m, holdback: 1%}.',
  );

const isHold = (each: Item): boolean => each.hold !== undefined || each.holdback !== undefined;

const mixes = ({ weight = 0, mirror = 0 }: Item): boolean => (weight > 0 && weight < 1) || mirror > 0;

const stageOf = (each: Item): StageConfig => ({
  name: each.name ?? null,
  share: each.weight ?? 0,
  mirrorShare: each.mirror ?? 0,
  ...(each.audience && { audience: each.audience }),
  gates: each.gates ?? (mixes(each) ? [{ type: 'evidence' }] : []),
  minimumMs: each.minimum ?? null,
  timeoutMs: each.timeout ?? null,
});

interface Complaint {
  /** Null is about the list. */
  readonly index: number | null;
  readonly message: string;
  readonly suggestion?: string;
}

const complaints = (items: readonly Item[]): Complaint[] => {
  const found: Complaint[] = [];
  const names = new Set<string>();
  let weight = 0;
  /** Of the stage before that mixes; null: everybody. */
  let audience: Audience | null | undefined;
  items.forEach((each, index) => {
    const complain = (message: string, suggestion?: string): number =>
      found.push({ index, message, ...(suggestion === undefined ? {} : { suggestion }) });
    if (isHold(each)) {
      if (index !== items.length - 1) complain('a hold comes last: it is the time after 100%');
      if (each.hold === undefined) complain('a holdback needs a hold', 'hold: 10m');
      const others = Object.entries(each).filter(
        ([key, value]) => !['hold', 'holdback'].includes(key) && value !== undefined,
      );
      if (others.length > 0)
        complain(`a hold stands alone, without ${others.map(([key]) => key).join(', ')}`);
      return;
    }
    if (each.name !== undefined && names.has(each.name))
      complain(`there is another stage named ${each.name}`);
    if (each.name !== undefined) names.add(each.name);
    const asksEvidence = (each.gates ?? []).some(({ type }) => type === 'evidence');
    const next = each.weight ?? 0;
    if (next < weight) complain('weights never shrink from one stage to the next');
    else if (weight === 1) complain('100% was reached by an earlier stage', 'hold: 10m');
    else if (next === 1 && (each.mirror ?? 0) > 0)
      complain('at 100% there are no requests of stable left to mirror');
    else if (
      next === 1 &&
      (each.gates !== undefined || each.minimum !== undefined || each.timeout !== undefined)
    )
      complain(
        'nothing comes after 100% that gates could hold back',
        'a last item {hold: 10m}, with the gates one stage earlier',
      );
    else if (!mixes(each) && next === 0 && asksEvidence)
      complain('without weight or mirror there is no evidence to wait for');
    else if (next === 0 && !mixes(each) && (each.gates ?? []).length === 0 && (each.minimum ?? 0) === 0)
      complain('this stage does nothing: it needs weight, mirror, gates or minimum');
    if (each.audience !== undefined && !mixes(each))
      complain(
        next === 1
          ? 'the stage of 100% is for everybody: an audience belongs to a stage before it'
          : 'without weight or mirror there is nothing that an audience could get',
      );
    else if (mixes(each)) {
      if (audience !== undefined && !isWithin(audience, each.audience ?? null))
        complain('its audience leaves out somebody who is in the audience of a stage before');
      audience = each.audience ?? null;
    }
    weight = Math.max(weight, next);
  });
  if (weight < 1)
    found.push({
      index: items.length === 0 ? null : items.length - 1,
      message: 'the weights must reach 100%',
      suggestion: 'a last stage {weight: 100%}',
    });
  return found;
};
