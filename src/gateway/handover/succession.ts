import { type FromSuccessor, type HandedOn, readTurn } from './handed-on.ts';

/** How a process that was started to take another one's place stands to that one. */
export interface Succession {
  /** Where the predecessor listens, and this process will. */
  readonly address: string;
  /** The listening socket, inherited. */
  readonly descriptor: number;
  /** The predecessor has ended, in whatever way. */
  readonly alone: Promise<void>;
  /** Everything is there to serve with. */
  ready(): void;
  /** Resolves when it is this process's turn, with what the predecessor knew; null when that one has died without a word. */
  turn(): Promise<HandedOn | null>;
  /** Accepts connections from now on. */
  serving(): void;
}

/** First after stdin, stdout and stderr; `hand-over.ts` puts it there. */
export const INHERITED_DESCRIPTOR = 3;

/** For a process with an IPC channel to its predecessor; the end of the channel is that process's end. */
export function openSuccession(address: string, channel: NodeJS.Process): Succession {
  let alone = (): void => {};
  let turn: (handedOn: HandedOn | null) => void = () => {};
  const whenAlone = new Promise<void>((resolve) => {
    alone = resolve;
  });
  const whenTurn = new Promise<HandedOn | null>((resolve) => {
    turn = resolve;
  });
  channel.on('message', (message) => {
    const handedOn = readTurn(message);
    if (handedOn !== null) turn(handedOn);
  });
  const end = (): void => {
    alone();
    turn(null);
  };
  channel.once('disconnect', end);
  if (channel.connected !== true) end();
  const say = (message: FromSuccessor): void => {
    if (channel.connected === true) channel.send?.(message, undefined, {}, () => {});
  };
  return {
    address,
    descriptor: INHERITED_DESCRIPTOR,
    alone: whenAlone,
    ready: () => say({ type: 'ready' }),
    turn: () => whenTurn,
    serving: () => say({ type: 'serving' }),
  };
}
