import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Ask, Reply } from './message.ts';

/** What is under way on one client connection. */
interface Conversation {
  /** Requests whose answers are not complete. */
  open: number;
  newest: { readonly req: IncomingMessage; readonly res: ServerResponse } | null;
  /** Nothing more is taken from this connection. */
  isOver: boolean;
  /** What is said once the answers before it are out; empty to hang up without a word. */
  lastWords: string | null;
}

/** Nobody sends so many requests without waiting for an answer, except to make others wait. */
const UNANSWERED_AT_MOST = 100;
/** Closing at once could destroy the last words on their way, when the client is still sending. */
const LINGER_MS = 1_000;

const conversations = new WeakMap<Socket, Conversation>();

function conversationOf(socket: Socket): Conversation {
  let conversation = conversations.get(socket);
  if (conversation === undefined) {
    conversation = { open: 0, newest: null, isOver: false, lastWords: null };
    conversations.set(socket, conversation);
  }
  return conversation;
}

/** Notes a request. `ignored` when the connection is over; `too-many` when it waits for too many answers already. */
export function beginAnswer(req: IncomingMessage, res: ServerResponse): 'go-on' | 'ignored' | 'too-many' {
  const conversation = conversationOf(req.socket);
  if (conversation.isOver) return 'ignored';
  conversation.open += 1;
  conversation.newest = { req, res };
  res.once('close', onAnswered);
  return conversation.open > UNANSWERED_AT_MOST ? 'too-many' : 'go-on';
}

/** The answer to this request is the last on its connection; whatever was sent behind it is not looked at. */
export function makeLast({ socket }: Ask, res: Reply): void {
  conversationOf(socket).isOver = true;
  res.shouldKeepAlive = false;
}

/**
 * Ends a connection whose bytes cannot be read on. Answers to requests before go out first, so that nobody takes `lastWords`
 * for one of them.
 */
export function hangUp(socket: Socket, lastWords: string): void {
  const conversation = conversationOf(socket);
  if (conversation.lastWords !== null) return;
  conversation.isOver = true;
  conversation.lastWords = lastWords;
  const { newest, open } = conversation;
  const isInBody = newest !== null && !newest.req.complete && !newest.res.closed;
  if (!isInBody) {
    if (open === 0) end(socket, lastWords, LINGER_MS);
  } else if (open === 1 && !newest.res.headersSent) end(socket, lastWords, 0);
  // An answer has begun, so there is no place for another; breaking off tells the client that something is wrong.
  else socket.destroy();
}

/** True from `hangUp` on: what still comes is read by nobody, and the connection ends by itself. */
export const isHungUp = (socket: Socket): boolean => conversations.get(socket)?.lastWords != null;

function onAnswered(this: ServerResponse): void {
  const { socket } = this.req;
  const conversation = conversationOf(socket);
  conversation.open -= 1;
  if (conversation.newest?.res === this) conversation.newest = null;
  if (conversation.lastWords !== null && conversation.open === 0 && socket.writable)
    end(socket, conversation.lastWords, LINGER_MS);
}

function end(socket: Socket, lastWords: string, lingerMs: number): void {
  if (lastWords === '') socket.end();
  else socket.end(lastWords);
  if (lingerMs === 0) socket.destroySoon();
  else setTimeout(() => socket.destroy(), lingerMs).unref();
}
