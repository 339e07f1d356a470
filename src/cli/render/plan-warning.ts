import { duration, percent } from '../../client/figures.ts';
import type { Warning } from '../../simulator/predict/warning.ts';

/** What is wrong with the plan, and what to do about it. */
export const planWarning = (warning: Warning): { readonly what: string; readonly todo: string } => {
  switch (warning.code) {
    case 'minimum-above-timeout':
      return {
        what: `${warning.stage} cannot be left before ${duration(warning.minimumMs)}, but pauses after ${duration(warning.timeoutMs)}: every rollout will wait for a person there.`,
        todo: 'Raise its timeout above its minimum and soak time.',
      };
    case 'gate-too-slow':
      return tooSlow(warning);
    case 'endless':
      return {
        what: `${percent(warning.runsShare)} of the good releases never leave ${warning.stage}: what it waits for does not come within ${duration(warning.horizonMs)}, and it has no time-out.`,
        todo: 'Somebody has to advance or abort such a rollout by hand.',
      };
    case 'unwatched-stage':
      return {
        what: `${warning.stage} ends the moment it begins, so no guard watches the release there.`,
        todo: 'Give it a hold, or take the release up in steps first.',
      };
    case 'unseen-gate':
      return {
        what: `${warning.stage} waits for evidence, and none of the guards can see anything there: it is left only when a person says so.`,
        todo: 'Give it requests that a guard of the policy can judge, or leave the stage out.',
      };
    case 'no-guards':
      return {
        what: 'No guard watches the release: nothing will take it back by itself.',
        todo: 'Name guards in the policy.',
      };
    case 'blind-guard':
      return blind(warning);
    case 'not-predicted':
      return {
        what: `${warning.guard} is left out of this prediction: it is not known what its outcomes are like here.`,
        todo: 'A real rollout will also wait for it.',
      };
    case 'margin-lets-through':
      return {
        what: `A release with ${warning.factor} times the ${warning.guard} usually gets through (${percent(warning.promotedShare)} of the runs), for the difference is less than the margin of ${percent(warning.marginShare)}.`,
        todo: `Lower the margin of ${warning.guard} if that is too much; the gates will take longer.`,
      };
  }
};

const tooSlow = ({
  stage,
  guard,
  unit,
  timeoutMs,
  neededMs,
  horizonMs,
  mirroredMs,
  mirroredGuards,
}: Extract<Warning, { code: 'gate-too-slow' }>): { what: string; todo: string } => {
  const needed = neededMs === null ? `more than ${duration(horizonMs)}` : `about ${duration(neededMs)}`;
  const mirrored =
    mirroredMs === null
      ? ''
      : ` A stage before it that mirrors all requests needs about ${duration(mirroredMs)} for ${mirroredGuards.join(', ')}.`;
  if (unit === 'key' && neededMs === null)
    return {
      what: `${stage} runs into its time-out of ${duration(timeoutMs)}: users stay with one release, each of them counts once, and there are too few for ${guard ?? 'its guards'}.`,
      todo: `Give it a greater share of the users, widen the margin${guard === null ? '' : ` of ${guard}`}, or draw each request by itself (no \`sticky\`).${mirrored}`,
    };
  return {
    what: `At this traffic ${stage} needs ${needed} of evidence${guard === null ? '' : ` for ${guard}`}, but pauses after ${duration(timeoutMs)}.`,
    todo: `Give it more weight or time, widen the margin${guard === null ? '' : ` of ${guard}`}, or let the golden set decide before users do.${mirrored}`,
  };
};

const blind = ({ guard, stage, because }: Extract<Warning, { code: 'blind-guard' }>) => {
  switch (because) {
    case 'nothing-to-compare':
      return {
        what: `${guard} sees nothing in ${stage}: stable hardly serves beside the candidate, and there is no bound.`,
        todo: `Give ${guard} a bound, or the rollout a stage in which both serve.`,
      };
    case 'no-mirroring':
      return {
        what: `${guard} sees nothing: no stage mirrors requests, so no answers are compared.`,
        todo: 'Mirror in a first stage, or remove the guard: it takes its part of alpha.',
      };
    case 'no-feedback':
      return {
        what: `${guard} passes whatever happens: nobody has reported an answer here yet, and silence counts as good.`,
        todo: 'Let the application send feedback, or remove the guard.',
      };
  }
};
