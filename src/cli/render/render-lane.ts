import type { LaneView, RolloutView } from '../../client/client.ts';
import { count, duration } from '../../client/figures.ts';
import { leftOutSentence } from '../../client/left-out-sentence.ts';
import { meanCost } from '../../client/mean-cost.ts';
import { endSentence, evidenceSummary, gateName, headline, waitingFor } from '../../client/sentences.ts';
import { logCommand } from '../log-command.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';
import { renderGuards } from './render-guards.ts';
import { renderMetrics } from './render-metrics.ts';

export interface RenderOptions {
  readonly palette: Palette;
  readonly nowMs: number;
  readonly columns: number;
}

/** Of what stands before the lines of a stage. */
const stemWidth = 5;

type Stage = RolloutView['order']['plan']['stages'][number];

/** One service in one environment as a tree. Pure; every line fits into `columns`, icons always stand beside words. */
export const renderLane = (lane: LaneView, options: RenderOptions): string => {
  const { palette } = options;
  const lines = [
    palette.bold(title(lane)),
    ...sentence(lane, options),
    ...(lane.rollout === null ? [] : renderRail(lane, lane.rollout, options)),
    ...lane.queue.map(({ releaseVersion }) => `  ○ ${releaseVersion} waits in the queue`),
    ...ending(lane, options),
  ];
  return lines.map((line) => cutTo(line, options.columns)).join('\n');
};

const title = ({ service, environment, stable, rollout }: LaneView): string => {
  const at = `${service} in ${environment}`;
  if (rollout === null) return stable === null ? at : `${at}   ${stable.releaseVersion}`;
  const { order, baseline, actor } = rollout;
  const path =
    baseline === null ? order.releaseVersion : `${baseline.releaseVersion} → ${order.releaseVersion}`;
  return plainText(`${at}   ${path}   ${order.plan.strategy}, by ${actor}`);
};

const sentence = (lane: LaneView, { palette, nowMs, columns }: RenderOptions): string[] => {
  const text = plainText(headline(lane, nowMs));
  const lines = (icon: string, colour: (line: string) => string): string[] =>
    wrap(`${icon} ${text}`, columns).map(colour);
  switch (lane.rollout?.verdict.kind ?? 'idle') {
    case 'idle':
      return lines('●', (line) => line);
    case 'hold':
    case 'advance':
    case 'complete':
    case 'restore':
      return lines('▶', palette.now);
    case 'pull':
    case 'pause':
      return lines('⏸', palette.warn);
    case 'end':
      return lines('✘', palette.bad);
  }
};

/** Words in lines of at most `columns`, all but the first set in below the text of the first. */
const wrap = (text: string, columns: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if ([...longer].length > columns && line.trim() !== '') {
      lines.push(line);
      line = `  ${word}`;
    } else line = longer;
  }
  return [...lines, line];
};

const renderRail = (lane: LaneView, rollout: RolloutView, options: RenderOptions): string[] => {
  const { stages } = rollout.order.plan;
  const ready = lane.workloads.find(({ release }) => release === rollout.order.release);
  const preparing =
    rollout.stage >= 0
      ? []
      : [`├─ ▶ start        replicas ready: ${ready?.ready ?? 0} of ${ready?.wanted ?? '?'}`];
  const width = Math.max(12, ...stages.map(({ name }) => [...name].length)) + 2;
  return [
    ...preparing,
    ...stages.flatMap((stage, index) => {
      const isLast = index === stages.length - 1;
      const branch = isLast ? '└─' : '├─';
      const stem = isLast ? '   ' : '│  ';
      const head = `${branch} ${stageText(rollout, stage, index, width, options)}`;
      if (index !== rollout.stage) return [head];
      return [head, ...presentStage(lane, rollout, options).map((line) => `${stem}  ${line}`)];
    }),
  ];
};

const stageText = (
  rollout: RolloutView,
  stage: Stage,
  index: number,
  width: number,
  { palette, nowMs }: RenderOptions,
): string => {
  const { name, gates } = stage;
  const label = plainText(name).padEnd(width);
  const passed = rollout.passed.find(({ stage }) => stage === index);
  if (passed !== undefined && asksNothing(stage))
    return palette.dim(`⏭ ${label}skipped, nothing is required`);
  if (passed !== undefined) {
    const evidence = Object.values(passed.gates)
      .flatMap((gate) => (gate.evidence === null ? [] : [evidenceSummary(gate.evidence)]))
      .filter((text) => text !== '');
    const skipped = gates.length > evidence.length && Object.values(passed.gates).length < gates.length;
    const took = duration(passed.leftAtMs - passed.enteredAtMs);
    const words = skipped ? `left by hand after ${took}` : `passed in ${took}`;
    return `${(skipped ? palette.warn : palette.good)(`${skipped ? '⏭' : '✔'} ${label}${words}`)}${palette.dim(evidence.length === 0 ? '' : `  ${plainText(evidence.join('; '))}`)}`;
  }
  if (index === rollout.stage) {
    const since = duration(nowMs - rollout.stageEnteredAtMs);
    const icon = rollout.paused === null ? '▶' : '⏸';
    const word = rollout.paused === null ? 'now' : 'paused';
    return palette.bold(`${icon} ${label}${word}, for ${since}`);
  }
  const what = gates.map(gateName).join(', ');
  return palette.dim(`○ ${label}to come${what === '' ? '' : `  (${plainText(what)})`}`);
};

/** Nobody gets the candidate in it, and nothing is waited for: leaving it proves nothing. */
const asksNothing = ({ gates, exposure, minimumMs }: Stage): boolean =>
  gates.length === 0 && exposure.share === 0 && exposure.mirrorShare === 0 && minimumMs === 0;

const presentStage = (lane: LaneView, rollout: RolloutView, options: RenderOptions): string[] => {
  const { verdict } = rollout;
  const waiting = verdict.kind === 'hold' ? verdict.waitingFor : [];
  const passedGates = Object.entries(rollout.gates).flatMap(([index, gate]) => {
    const spec = rollout.order.plan.stages[rollout.stage]?.gates[Number(index)];
    return gate.outcome === 'passed' && spec !== undefined && spec.type !== 'evidence'
      ? [options.palette.good(`✔ ${gateName(spec)} passed`)]
      : [];
  });
  return [
    ...renderTracks(lane, rollout, options),
    ...renderGuards(rollout, options),
    ...renderMetrics(rollout, options),
    ...leftOut(rollout, options),
    ...passedGates,
    ...waiting.map(
      (one, index) =>
        `${index === 0 ? 'waits for ' : '          '} ${plainText(waitingFor(one, options.nowMs))}`,
    ),
  ];
};

/** What was not followed stands beside what was, so that nobody takes it for judged. */
const leftOut = (rollout: RolloutView, { palette, columns }: RenderOptions): string[] => {
  const sentence = leftOutSentence(rollout.leftOut);
  return sentence === null ? [] : wrap(sentence, columns - stemWidth).map(palette.warn);
};

/** Both tracks side by side, as far as any traffic has come. */
const renderTracks = (
  lane: LaneView,
  { order, baseline }: RolloutView,
  { palette }: RenderOptions,
): string[] => {
  const of = (release: string | undefined) =>
    lane.traffic.filter((one) => one.release === release && one.answered + one.failed > 0);
  const rows = [
    ...of(baseline?.release).filter(({ track }) => track === 'stable'),
    ...of(order.release).filter(({ track }) => track !== 'stable'),
  ];
  if (rows.length === 0) return [];
  const hasCosts = rows.some(({ costed = 0 }) => costed > 0);
  const head = `track                    answered  failed  rescued      p50      p99${hasCosts ? ' a call' : ''}`;
  return [
    palette.dim(head),
    ...rows.map(({ track, releaseVersion, answered, failed, rescued, latency, costed = 0, costNanos = 0 }) =>
      [
        plainText(`${track} ${releaseVersion}`).slice(0, 22).padEnd(22),
        count(answered).padStart(9),
        count(failed).padStart(6),
        count(rescued).padStart(7),
        `${latency.p50Ms.toFixed(1)} ms`.padStart(8),
        `${latency.p99Ms.toFixed(1)} ms`.padStart(8),
        ...(hasCosts ? [meanCost(costNanos, costed).padStart(9)] : []),
      ].join(' '),
    ),
  ];
};

/** How the last rollout ended, while no other one runs. */
const ending = (lane: LaneView, { palette, columns }: RenderOptions): string[] => {
  const [last] = lane.ended;
  if (last === undefined || lane.rollout !== null || last.outcome === 'completed') return [];
  const log = logCommand(lane, last);
  return [
    ...wrap(`✘ ${plainText(endSentence(last))}`, columns).map(palette.bad),
    ...(log === null ? [] : wrap(`→ what it wrote: ${plainText(log)}`, columns)),
  ];
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters, and have no width.
const colours = /\x1b\[\d+m/g;

/** Cuts what is too long for the terminal; colours take no room and are closed. */
export const cutTo = (line: string, columns: number): string => {
  const plain = line.replace(colours, '');
  if ([...plain].length <= columns) return line;
  const cut = `${[...plain].slice(0, Math.max(1, columns - 1)).join('')}…`;
  const [colour] = line.match(colours) ?? [];
  return colour === undefined || !line.startsWith(colour) ? cut : `${colour}${cut}\x1b[0m`;
};
