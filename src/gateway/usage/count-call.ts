import { type CallFacts, costOf } from '../../core/cost/cost-of.ts';
import type { Exchange } from '../exchange.ts';
import type { TokenMeter } from '../providers/token-meter.ts';
import type { TrackCounts } from '../traffic.ts';
import type { PricedTrack } from './usage.ts';

/** One call of a release that is over. */
export interface EndedCall {
  readonly of: { readonly priced: PricedTrack; readonly counts: TrackCounts };
  /** What its answer said of itself, if it could be read. */
  readonly tokens: TokenMeter | null;
  readonly ending: CallFacts['ending'];
  readonly ms: number;
  /** Nobody asked for it: it is the service's doing, and no key's. */
  readonly isCopy: boolean;
}

/**
 * Counts what a call used and cost, for its release and key, towards the limits, and for the log line of its invocation. To be
 * called once for each call that was made, whatever became of it.
 */
export function countCall(exchange: Exchange, call: EndedCall): void {
  const { tokens, ending, isCopy } = call;
  const { priced, counts } = call.of;
  const model = priced.model ?? tokens?.model ?? null;
  const price = priced.price(model);
  const series = priced.usage.series(isCopy ? null : exchange.keyId, model);
  series.calls += 1;
  series.hasChanged = true;
  let cost: number | null = null;
  if (price === null) series.unpriced += 1;
  else {
    cost = costOf(price, factsOf(tokens, ending, call.ms));
    if (cost === null) series.untold += 1;
    else {
      series.costNanos = sum(series.costNanos, cost);
      counts.costed += 1;
      counts.costNanos = sum(counts.costNanos, cost);
      counts.hasChanged = true;
    }
  }
  const used = (tokens?.input ?? 0) + (tokens?.output ?? 0);
  if (used > 0) {
    series.inputTokens = sum(series.inputTokens, tokens?.input);
    series.cachedTokens = sum(series.cachedTokens, tokens?.cached);
    series.outputTokens = sum(series.outputTokens, tokens?.output);
  }
  if (exchange.pass !== null && (used > 0 || cost !== null))
    exchange.pass.charge({ tokens: used, usd: cost ?? 0 }, isCopy);
  if (isCopy) return;
  if (cost !== null) exchange.costNanos = (exchange.costNanos ?? 0) + cost;
  // Of what has neither a price nor tokens nobody expects a cost.
  else if (price !== null || used > 0) exchange.isCostPartly = true;
}

/** An upstream may say any number; what is not exact any more, the control plane would refuse, and the whole series with it. */
const sum = (before: number, more: number | null | undefined): number =>
  Math.min(before + (more ?? 0), Number.MAX_SAFE_INTEGER);

const factsOf = (tokens: TokenMeter | null, ending: CallFacts['ending'], ms: number): CallFacts => ({
  inputTokens: tokens?.input ?? null,
  cachedTokens: tokens?.cached ?? 0,
  cacheWriteTokens: tokens?.written ?? 0,
  outputTokens: tokens?.output ?? null,
  ms,
  ending,
});
