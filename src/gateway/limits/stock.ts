import type { Measure, NamedLimit, Rate } from '../../core/limits/limits.ts';
import type { Entry } from './limit-book.ts';

/**
 * What this process holds of one limit in advance, so that most requests need not ask: tokens it has taken and not used,
 * places it has entered and not filled, and until when it may take for granted that answers have not used too much.
 */
export interface Stock {
  readonly name: string;
  rate: Rate | null;
  /** Of places; null: no bound. */
  most: number | null;
  readonly measure: Measure | 'in-flight';
  /** Tokens or places at hand. */
  count: number;
  /** Until then it is not asked again. */
  emptyUntilMs: number;
  /** When there will be more, as far as the book knows. */
  moreAtMs: number;
  /** Answers may use more until then. */
  openUntilMs: number;
  isAsking: boolean;
  usedAtMs: number;
}

/** How far ahead is taken: a part of a second's worth, so that little lies idle with one process while another asks in vain. */
const AHEAD_MS = 50;
/** Answers that use tokens may come for this long before it is looked again. */
const OPEN_MS = 100;
/** After a refusal without a time (places), it is asked again this soon. */
const AGAIN_MS = 5;
const IDLE_MS = 250;
/** One place in so many may lie idle. */
const SPARE_PLACES = 32;
/** A refusal is believed for so long: somebody may give back, or the limit be raised. */
const BELIEVED_MS = 250;

export const newStock = (name: string, measure: Stock['measure']): Stock => ({
  name: `${name} ${measure}`,
  rate: null,
  most: null,
  measure,
  count: 0,
  emptyUntilMs: 0,
  moreAtMs: 0,
  openUntilMs: 0,
  isAsking: false,
  usedAtMs: 0,
});

/** What a limit is counted in. */
export function stocksOf(
  { name, limit }: NamedLimit,
  take: (name: string, measure: Stock['measure']) => Stock,
): Stock[] {
  const stocks: Stock[] = [];
  for (const [measure, rate] of Object.entries(limit.rates) as [Measure, Rate][]) {
    const stock = take(name, measure);
    stock.rate = rate;
    stocks.push(stock);
  }
  if (limit.inFlight !== null) {
    const stock = take(name, 'in-flight');
    stock.most = limit.inFlight;
    stocks.push(stock);
  }
  return stocks;
}

/** Known only when an answer has ended: it may leave a debt. */
const isPaidLater = (measure: Stock['measure']): boolean => measure === 'tokens' || measure === 'usd';

export type Standing = 'at-hand' | 'to-ask' | 'empty';

export function standingOf(stock: Stock, nowMs: number): Standing {
  const { measure } = stock;
  if (isPaidLater(measure)) {
    if (nowMs < stock.openUntilMs) return 'at-hand';
  } else if (stock.count >= 1) return 'at-hand';
  return nowMs < stock.emptyUntilMs ? 'empty' : 'to-ask';
}

/** One request uses it. */
export function use(stock: Stock, nowMs: number): void {
  stock.usedAtMs = nowMs;
  if (stock.measure === 'requests' || stock.measure === 'in-flight') stock.count -= 1;
}

export function question(stock: Stock): Entry {
  const { name, rate, measure } = stock;
  if (measure === 'in-flight') return { do: 'enter', name, most: stock.most!, count: 1 };
  if (measure !== 'requests') return { do: 'look', name, rate: rate! };
  const ahead = Math.min((rate!.perSecond * AHEAD_MS) / 1000, rate!.burst / 4);
  return { do: 'take', name, rate: rate!, count: Math.max(1, Math.floor(ahead)) };
}

export function answered(
  stock: Stock,
  { given, retryMs }: { given: number; retryMs: number },
  nowMs: number,
): void {
  stock.isAsking = false;
  if (given === 0) {
    stock.moreAtMs = nowMs + retryMs;
    stock.emptyUntilMs = nowMs + (stock.measure === 'in-flight' ? AGAIN_MS : Math.min(retryMs, BELIEVED_MS));
  } else if (isPaidLater(stock.measure)) stock.openUntilMs = nowMs + OPEN_MS;
  else stock.count += given;
}

/** What lies idle goes back: places at once, tokens after a while. Null when there is nothing. */
export function idle(stock: Stock, nowMs: number): Entry | null {
  const { name, measure, count, rate } = stock;
  if (count < 1 || nowMs - stock.usedAtMs < (measure === 'in-flight' ? 0 : IDLE_MS)) return null;
  stock.count = 0;
  return measure === 'in-flight'
    ? { do: 'leave', name, count }
    : { do: 'give-back', name, rate: rate!, count };
}

/** Few enough empty places to keep for the next request, until places are given back anyway: at most one in 32 of a bound. */
export const areFew = ({ most, count }: Stock): boolean => most !== null && count <= most / SPARE_PLACES;
