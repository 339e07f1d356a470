import type { Client, LaneName, LaneView } from '../client/client.ts';
import { endSentence, headline } from '../client/sentences.ts';
import type { EndedRollout } from '../core/rollout/state.ts';
import type { CommandContext } from './command.ts';
import { exitCode, exitCodeOfRollout } from './exit-code.ts';
import { logCommand } from './log-command.ts';
import { renderLane } from './render/render-lane.ts';
import { openScreen } from './render/screen.ts';

export type WatchEnd =
  | { readonly kind: 'ended'; readonly rollout: EndedRollout }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'interrupted' };

export interface WatchOptions {
  /** Ends when this rollout has; undefined ends only by time-out or Ctrl-C. */
  readonly rollout?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Shows a lane while it changes: on a terminal the tree, drawn anew in its place; else a line at each change of what is
 * going on.
 */
export const watchLane = async (
  context: CommandContext,
  client: Client,
  lane: LaneName,
  { rollout, timeoutMs }: WatchOptions,
): Promise<WatchEnd> => {
  const { io } = context;
  const show = io.isTerminal && context.format === 'table' ? drawTree(context) : appendLines(context);
  const timeUp = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => timeUp.abort(), timeoutMs);
  try {
    const signal = AbortSignal.any([io.interrupted, timeUp.signal]);
    for await (const event of client.stream({ ...lane, signal })) {
      if (event.type === 'connection')
        context.say(event.isConnected ? 'Connected again.' : 'The connection is lost; trying again.');
      if (event.type !== 'lane') continue;
      show.lane(event.lane);
      const end = event.lane.ended.find(({ order }) => order.rollout === rollout);
      if (rollout !== undefined && end !== undefined) return { kind: 'ended', rollout: end };
    }
    return io.interrupted.aborted ? { kind: 'interrupted' } : { kind: 'timeout' };
  } finally {
    clearTimeout(timer);
    show.close();
  }
};

interface Shower {
  lane(lane: LaneView): void;
  close(): void;
}

const redrawEveryMs = 1_000;

const drawTree = ({ io, palette }: CommandContext): Shower => {
  const screen = openScreen(io);
  let last: LaneView | null = null;
  const draw = (): void => {
    if (last !== null) screen.draw(renderLane(last, { palette, nowMs: io.nowMs(), columns: io.columns }));
  };
  // Times go on although nothing happens.
  const timer = setInterval(draw, redrawEveryMs);
  return {
    lane(lane) {
      last = lane;
      draw();
    },
    close() {
      clearInterval(timer);
      screen.close();
    },
  };
};

/** A sentence counts as new when more than its numbers changed, so that a log file does not fill with counters. */
const appendLines = ({ io, format }: CommandContext): Shower => {
  let last = '';
  let lastAtMs = 0;
  // Data goes to standard output; where that is JSON or YAML, the story is told beside it.
  const write = format === 'table' || format === 'wide' ? io.out : io.err;
  return {
    lane(lane) {
      const text = `${lane.environment}: ${headline(lane, io.nowMs())}`;
      const shape = `${lane.rollout?.stage ?? ''} ${text.replaceAll(/\d[\d,.]*/g, '#')}`;
      const isOld = io.nowMs() - lastAtMs < quietMs;
      if (shape === last && isOld) return;
      if (shape === last && lane.rollout === null) return;
      last = shape;
      lastAtMs = io.nowMs();
      write(`${new Date(io.nowMs()).toISOString().slice(11, 19)} ${text}\n`);
    },
    close() {},
  };
};

/** A sign of life at least this often, with the numbers as they are by then. */
const quietMs = 10_000;

/** The last words about a rollout that was waited for, and the exit code that goes with them. */
export const concludeWatch = (context: CommandContext, end: WatchEnd, lane: LaneName): number => {
  const { say, palette } = context;
  const where = `--service ${lane.service} --env ${lane.environment}`;
  switch (end.kind) {
    case 'ended': {
      const code = exitCodeOfRollout(end.rollout);
      const text = `${lane.environment}: ${endSentence(end.rollout)}`;
      const line = code === exitCode.good ? palette.good(`✔ ${text}`) : palette.bad(`✘ ${text}`);
      // It ends the story, so it stands where the story was told.
      if (context.format === 'table' || context.format === 'wide') context.io.out(`${line}\n`);
      else say(line);
      const log = logCommand(lane, end.rollout);
      if (log !== null) say(`→ what it wrote: ${log}`);
      return code;
    }
    case 'timeout':
      say(`The time is up; the rollout goes on. \`tidegate status --watch ${where}\` shows it.`);
      return exitCode.stillRunning;
    case 'interrupted':
      say(
        `Detached; the rollout goes on. \`tidegate status --watch ${where}\` shows it, \`tidegate abort ${where}\` ends it.`,
      );
      return exitCode.interrupted;
  }
};
