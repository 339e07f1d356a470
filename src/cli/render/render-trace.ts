import type { Trace } from '../../client/client.ts';
import { duration, percent } from '../../client/figures.ts';
import { evidenceSummary, gateName } from '../../client/sentences.ts';
import { dollarText } from '../../core/cost/dollars.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';
import { timeText } from './time-text.ts';

/** A trace as lines of `what  value`: the answer first, then why that release was there. */
export const renderTrace = (trace: Trace, palette: Palette): string =>
  [
    ...answerRows(trace),
    ...payloadRows(trace),
    ...rolloutRows(trace),
    ...feedbackRows(trace),
    ...neighbourRows(trace),
  ]
    .map(([name, value]) => `${palette.dim(name.padEnd(12))} ${plainText(value)}`)
    .join('\n');

type Row = readonly [string, string];

const answerRows = ({ invocation, environment, release }: Trace): Row[] => {
  if (invocation === null)
    return [
      ['invocation', 'its own line is gone or not written yet; only feedback is known'],
      ['environment', environment],
    ];
  const { id, at, service, track, share, status, ms, ending, rescued, mirrored } = invocation;
  const drawn =
    track === undefined
      ? 'no track: nothing was exposed'
      : `${track}, at a candidate share of ${percent(share)}`;
  const rescue: Row[] = rescued
    ? [['rescued', `the candidate ${invocation.version ?? ''} failed, so stable answered in its place`]]
    : [];
  return [
    ['invocation', id],
    ['at', at],
    ['service', `${service} in ${environment}`],
    [
      'release',
      release === null
        ? invocation.fallback === undefined
          ? 'unknown here'
          : `one of ${invocation.fallback}`
        : `${release.version} (${release.release})`,
    ],
    ['track', drawn],
    ['answer', `${status} after ${ms} ms, ${ending}${mirrored ? ', also mirrored to the candidate' : ''}`],
    ...rescue,
    ...wayRows(invocation),
  ];
};

/** What was done so that there was an answer, and what it says of itself. */
const wayRows = (invocation: NonNullable<Trace['invocation']>): Row[] => {
  const { retried, fallback, answeredBy, tokensIn, tokensOut, firstTokenMs } = invocation;
  const tokens = [
    tokensIn !== undefined && `${tokensIn} in`,
    tokensOut !== undefined && `${tokensOut} out`,
    firstTokenMs !== undefined && `the first after ${firstTokenMs} ms`,
  ].filter(Boolean);
  return [
    ...(invocation.trace === undefined
      ? []
      : [['trace', `${invocation.trace}, span ${invocation.span ?? 'unknown'}`] as const]),
    ...(retried
      ? [['retried', 'the first address failed, another of the same release was asked'] as const]
      : []),
    ...(fallback === undefined
      ? []
      : [['fallback', `the release failed, so ${fallback} answered (${answeredBy ?? 'unknown'})`] as const]),
    ...cacheRows(invocation),
    ...(tokens.length === 0 ? [] : [['tokens', tokens.join(', ')] as const]),
    ...(invocation.costNanoUsd === undefined ? [] : [['cost', costText(invocation)] as const]),
  ];
};

const cacheRows = ({ cache, sparedBy, batchedWith }: NonNullable<Trace['invocation']>): Row[] => [
  ...(sparedBy === undefined
    ? []
    : [
        [
          'not asked',
          cache === 'joined'
            ? `the call for ${sparedBy} was under way, its answer went to both`
            : `the cache had the answer to ${sparedBy}`,
        ] as const,
      ]),
  ...(batchedWith === undefined ? [] : [['batch', `one call for ${batchedWith} requests`] as const]),
];

const costText = ({ costNanoUsd, costPartly }: NonNullable<Trace['invocation']>): string => {
  if (costNanoUsd == null) return 'not known: no price, or the answer did not say its tokens';
  return `${dollarText(costNanoUsd)}${costPartly ? ', and a call whose cost is not known' : ''}`;
};

const payloadRows = ({ payload }: Trace): Row[] =>
  payload === null ? [] : [['payload', `kept until ${payload.expiresAt}; --payload shows it`]];

const rolloutRows = ({ rollout, invocation }: Trace): Row[] => {
  if (rollout === null) return [];
  const { order, actor, startedAtMs, outcome, endedAtMs, passed } = rollout;
  const isCandidate = invocation?.rollout === order.rollout && invocation.track === 'candidate';
  const stage = isCandidate && invocation.stage != null ? order.plan.stages[invocation.stage] : undefined;
  return [
    [
      'why',
      `${order.kind} by ${actor}, ${timeText(startedAtMs)} (${order.plan.strategy})${order.reason === null ? '' : `: ${order.reason}`}`,
    ],
    ['rollout', `${order.rollout}, ${outcome}${endedAtMs === null ? '' : ` ${timeText(endedAtMs)}`}`],
    ...(stage === undefined ? [] : [['stage', stage.name] as const]),
    ...passed.flatMap((left): Row[] => {
      const name = order.plan.stages[left.stage]?.name ?? `stage ${left.stage + 1}`;
      const gates = Object.entries(left.gates).map(([index, { outcome: decided, evidence }]) => {
        const spec = order.plan.stages[left.stage]?.gates[Number(index)];
        const said = evidence === null ? '' : evidenceSummary(evidence);
        return `${spec === undefined ? 'gate' : gateName(spec)} ${decided ?? 'open'}${said === '' ? '' : ` (${said})`}`;
      });
      const took = duration(left.leftAtMs - left.enteredAtMs);
      return [['passed', `${name} in ${took}${gates.length === 0 ? '' : `: ${gates.join('; ')}`}`]];
    }),
  ];
};

const feedbackRows = ({ feedback }: Trace): Row[] =>
  feedback.length === 0
    ? [['feedback', 'none']]
    : feedback.map(({ at, outcome, label, comment, late }) => [
        'feedback',
        [`${outcome} at ${at}`, label && `label ${label}`, comment, late && 'too late to count']
          .filter(Boolean)
          .join(', '),
      ]);

const neighbourRows = ({ stable, neighbours: { before, after } }: Trace): Row[] => [
  ['stable then', stable?.releaseVersion ?? 'none'],
  ['before it', before?.releaseVersion ?? 'none'],
  ['after it', after?.releaseVersion ?? 'none so far'],
];
