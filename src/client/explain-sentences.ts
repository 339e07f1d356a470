import type {
  ExplainedGate,
  ExplainedPull,
  ExplainedStage,
  Explanation,
} from '../api/schemas/explanation.ts';
import type { GuardReading } from '../core/evidence/guard-reading.ts';
import { audienceText } from './audience-text.ts';
import { keptAnswers } from './evaluation-sentences.ts';
import { advanceSentences, countSentences, differenceSentences, rollbackSentences } from './explain-guard.ts';
import { metricSentences } from './explain-metric.ts';
import { duration, percent, plural } from './figures.ts';
import { leftOutSentence } from './left-out-sentence.ts';
import { costSentence } from './mean-cost.ts';
import { metricStanding, newestPoll } from './metric-sentences.ts';
import { endReason, evidenceSummary, gateName, pauseReason, waitingFor } from './sentences.ts';

/** An explanation in words: nothing in it is not in the value it is made from. */
export interface ExplainedText {
  /** One sentence: where the rollout stands. */
  readonly lead: string;
  readonly sections: readonly ExplainedSection[];
}

export interface ExplainedSection {
  readonly heading: string;
  readonly items: readonly ExplainedItem[];
}

export interface ExplainedItem {
  /** A gate, a guard; empty for what is about the whole section. */
  readonly name: string;
  readonly sentences: readonly string[];
}

export const explainedText = (explanation: Explanation, nowMs: number): ExplainedText => ({
  lead: lead(explanation),
  sections: [
    ...explanation.stages.map((stage) => stageSection(stage, nowMs)),
    ...nowSections(explanation, nowMs),
    ...guardsSection(explanation, nowMs),
    ...metricsSection(explanation, nowMs),
    ...costsSection(explanation),
    ...leftOutSection(explanation),
    meaning(explanation),
  ],
});

const lead = ({ releaseVersion, baseline, environment, state }: Explanation): string => {
  const path = `${releaseVersion}${baseline === null ? '' : `, after ${baseline.releaseVersion},`} in ${environment}`;
  switch (state.kind) {
    case 'queued':
      return `${path} waits in the queue.`;
    case 'running':
      return `${path} is on its way.`;
    case 'ended':
      return `${path} ${ended[state.outcome]}: ${endReason(state.cause)}.`;
  }
};

const ended = {
  completed: 'became stable',
  'rolled-back': 'was rolled back',
  rejected: 'was rejected before it got any traffic',
  aborted: 'was aborted',
  superseded: 'was superseded',
} as const;

const stageSection = (stage: ExplainedStage, nowMs: number): ExplainedSection => {
  const { name, exposure, enteredAtMs, leftAtMs, override, gates, pulls } = stage;
  const took =
    leftAtMs === null
      ? `for ${duration(nowMs - enteredAtMs)} so far`
      : `for ${duration(leftAtMs - enteredAtMs)}`;
  const byHand: ExplainedItem[] =
    override === null
      ? []
      : [
          {
            name: 'by hand',
            sentences: [
              `A person moved it here, skipping ${override.skipped.join(', ') || 'nothing'}: ${override.reason}.`,
            ],
          },
        ];
  return {
    heading: `Stage ${name}, ${exposed(exposure)}, ${took}`,
    items: [
      ...byHand,
      ...pulls.map((pull) => pullItem(pull)),
      ...gates.flatMap((gate) => gateItems(gate, stage, nowMs)),
      ...(gates.length === 0 ? [{ name: '', sentences: ['Nothing was to be shown here.'] }] : []),
    ],
  };
};

const exposed = ({ share, mirrorShare, audience }: ExplainedStage['exposure']): string => {
  const whose = audience === undefined ? '' : ` with ${audienceText(audience)}`;
  const real = share > 0 ? [`${percent(share)} of the requests`] : [];
  const mirrored = mirrorShare > 0 ? [`copies of ${percent(mirrorShare)}`] : [];
  return real.length + mirrored.length === 0
    ? 'no traffic'
    : `${[...real, ...mirrored].join(' and ')}${whose}`;
};

const gateItems = (
  { gate, outcome, evidence, seq }: ExplainedGate,
  { demandedGuards, leftAtMs }: ExplainedStage,
  nowMs: number,
): ExplainedItem[] => {
  const record = seq === null ? '' : ` (record ${seq})`;
  if (outcome === null || evidence === null) {
    const open = leftAtMs === null ? 'Not decided yet.' : 'Was never decided.';
    return [{ name: gateName(gate), sentences: [open] }];
  }
  if (evidence.kind !== 'evidence')
    return [
      {
        name: gateName(gate),
        sentences: [
          `${verb[outcome]}${record}: ${evidenceSummary(evidence)}.`,
          ...(evidence.kind === 'evaluation' ? keptAnswers(evidence.result) : []),
        ],
      },
    ];
  const demanded = evidence.readings.filter(({ guard }) => demandedGuards.includes(guard));
  const onWhat =
    demanded.length === 0
      ? 'no guard had to show anything'
      : `on ${demanded.map(({ guard }) => guard).join(', ')} as they stood then`;
  return [
    {
      name: gateName(gate),
      sentences: [
        `${verb[outcome]}${record}, ${onWhat}.`,
        ...(evidence.metrics ?? []).map(
          (metric) => `Metric ${metric.metric} was ${newestPoll(metric)} then: ${metricStanding(metric)}.`,
        ),
      ],
    },
    ...demanded.map((reading) => ({
      name: reading.guard,
      sentences: [
        ...countSentences(reading, 'stage'),
        ...differenceSentences(reading),
        ...advanceSentences(reading, nowMs),
      ],
    })),
  ];
};

const verb = { passed: 'Passed', failed: 'Failed', unknown: 'Ended, nobody knows how' } as const;

const pullItem = ({ guards, seq, restored }: ExplainedPull): ExplainedItem => ({
  name: 'pulled',
  sentences: [
    `Requests looked worse (${guards.join(', ')}; record ${seq}), so users went back to stable while copies of their requests decided.`,
    restored === null
      ? 'It did not come back.'
      : `The copies showed it not worse, and it got its share again (record ${restored.seq}).`,
  ],
});

/** A gateway asks nobody before it keeps users from a candidate. */
const BY_ITSELF =
  'What it had counted by then stands in the record. It is not stored apart from what all gateways counted, so --recompute does not repeat it.';

const capitalised = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

/** What ended it, as it stood then; or what it does now. */
const nowSections = ({ state }: Explanation, nowMs: number): ExplainedSection[] => {
  if (state.kind === 'queued') return [];
  if (state.kind === 'ended') {
    const { cause, seq } = state;
    if (cause.kind === 'trip-wire')
      return [
        {
          heading: `What ended it (record ${seq})`,
          items: [{ name: '', sentences: [`${capitalised(endReason(cause))}.`, BY_ITSELF] }],
        },
      ];
    if (cause.kind !== 'guard') return [];
    const broken = cause.readings.filter(({ guard }) => cause.guards.includes(guard));
    return [
      {
        heading: `What ended it (record ${seq}), by the whole rollout`,
        items: broken.map((reading) => ({
          name: reading.guard,
          sentences: [
            ...countSentences(reading, 'rollout'),
            ...differenceSentences(reading),
            ...rollbackSentences(reading),
          ],
        })),
      },
    ];
  }
  const { verdict } = state;
  const said = (sentence: string): ExplainedSection[] => [
    { heading: 'Now', items: [{ name: '', sentences: [sentence] }] },
  ];
  switch (verdict.kind) {
    case 'hold':
      return [
        {
          heading: 'Now it waits for',
          items: verdict.waitingFor.map((waiting) => ({
            name: '',
            sentences: [`${waitingFor(waiting, nowMs)}.`],
          })),
        },
      ];
    case 'pause':
      return said(`Paused: ${pauseReason(verdict.cause)}.`);
    case 'advance':
      return said('It moves on.');
    case 'complete':
      return said('It has shown enough and becomes stable.');
    case 'end':
      return said(`It ends: ${endReason(verdict.cause)}.`);
    case 'pull':
      return said(`It is taken off its users on a warning (${verdict.guards.join(', ')}).`);
    case 'restore':
      return said('It gets its share again.');
    case 'idle':
      return [];
  }
};

const guardsSection = ({ readings, state, stages }: Explanation, nowMs: number): ExplainedSection[] => {
  const isEnded = state.kind === 'ended';
  const demanded = stages.at(-1)?.demandedGuards ?? [];
  if (readings.length === 0) return [];
  // How those stood that ended it has been said.
  const said = state.kind === 'ended' && state.cause.kind === 'guard' ? state.cause.guards : [];
  const rest = readings.filter(({ guard }) => !said.includes(guard));
  if (rest.length === 0) return [];
  return [
    {
      heading: isEnded ? 'Guards, by everything that came in until its end' : 'Guards now',
      items: rest.map((reading) => ({
        name: reading.guard,
        sentences: [
          ...countSentences(reading, 'rollout'),
          ...differenceSentences(reading),
          ...rollbackSentences(reading, isEnded),
          ...(isEnded ? [] : stageSentences(reading, demanded.includes(reading.guard), nowMs)),
        ],
      })),
    },
  ];
};

const metricsSection = ({ metrics, state }: Explanation, nowMs: number): ExplainedSection[] => {
  const isEnded = state.kind === 'ended';
  return metrics.length === 0
    ? []
    : [
        {
          heading: isEnded ? 'Outside metrics, as they were recorded last' : 'Outside metrics now',
          items: metrics.map((metric) => ({
            name: metric.plan.name,
            sentences: metricSentences(metric, isEnded, nowMs),
          })),
        },
      ];
};

const costsSection = ({ costs }: Explanation): ExplainedSection[] =>
  costs === null
    ? []
    : [
        {
          heading: 'What calls cost, since the gateways were started',
          items: [{ name: '', sentences: [costSentence(costs)] }],
        },
      ];

const leftOutSection = ({ leftOut }: Explanation): ExplainedSection[] => {
  const sentence = leftOut === null ? null : leftOutSentence(leftOut);
  return sentence === null
    ? []
    : [
        {
          heading: 'Left out, since the gateways were started',
          items: [{ name: '', sentences: [sentence] }],
        },
      ];
};

const stageSentences = (reading: GuardReading, isDemanded: boolean, nowMs: number): string[] =>
  isDemanded
    ? [...ofStage(reading), ...advanceSentences(reading, nowMs)]
    : ['This stage does not wait for it.'];

/** What came in during this stage, where that is not all there is. */
const ofStage = (reading: GuardReading): string[] => {
  const { stage, rollout } = reading;
  const isAll = (['stable', 'candidate'] as const).every(
    (track) => stage[track].started === rollout[track].started,
  );
  if (isAll) return [];
  const [counts = ''] = countSentences(reading, 'stage');
  return [`In this stage alone: ${counts[0]?.toLowerCase()}${counts.slice(1)}`];
};

const meaning = ({ alpha, storedLines }: Explanation): ExplainedSection => ({
  heading: 'What this rests on',
  items: [
    {
      name: '',
      sentences: [
        `However often one looks, guards take a candidate back that is no worse in at most ${percent(alpha.rollback)} of its rollouts, and one that is worse by the margin leaves a stage in at most ${percent(alpha.advance)} of all cases.`,
        'A stake is a bet at odds that are fair if the words it is against are true: then it gains nothing on average, however long and often one plays. That it has become 100 does not make them false with 99 % certainty; it says that such a candidate would seldom look like this.',
        storedLines === null
          ? 'The evidence itself is not kept any more; what was decided on is in the ledger.'
          : `${plural(storedLines, 'line')} of its evidence stored; --recompute computes every verdict anew from them.`,
      ],
    },
  ],
});
