import { findPrice } from '../../core/cost/find-price.ts';
import type { Price, Prices } from '../../core/cost/price.ts';
import type { UsageCounts } from '../../core/routing/link.ts';
import type { TrackRoute } from '../../core/routing/table.ts';
import type { TrackCounts } from '../traffic.ts';

/** Running totals of what the calls of one key had from one model, since the boot of the process. */
export interface UsageSeries {
  /** Null: requests without a key. */
  readonly key: string | null;
  readonly model: string | null;
  calls: number;
  unpriced: number;
  untold: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  costNanos: number;
  hasChanged: boolean;
}

/** What is counted for one release on one track of a service. */
export interface TrackUsage {
  /** `model` is what the answer calls itself; it counts where the release does not fix one. */
  series(key: string | null, model: string | null): UsageSeries;
}

/** A track as it is priced under one table. */
export interface PricedTrack {
  readonly usage: TrackUsage;
  /** What the release always asks for; null where clients choose. */
  readonly model: string | null;
  /** Null: nobody knows. */
  readonly price: (model: string | null) => Price | null;
}

export interface Usage {
  of(
    service: string,
    track: TrackCounts['track'],
    release: Pick<TrackRoute, 'release' | 'releaseVersion'>,
  ): TrackUsage;
  /** What changed since the last call, or everything. */
  take(which: 'changed' | 'all'): UsageCounts[];
}

/** Keys and models that come when there are so many series already are counted together, under this name. */
export const OTHERS = '*';
const SERIES_AT_MOST = 10_000;
const SERIES_OF_A_TRACK_AT_MOST = 1_000;
const LONGEST_NAME = 200;

export function openUsage(seriesAtMost = SERIES_AT_MOST): Usage {
  const tracks = new Map<
    string,
    { readonly about: TrackName; readonly all: UsageSeries[]; readonly usage: TrackUsage }
  >();
  let count = 0;

  const openTrack = (): { all: UsageSeries[]; usage: TrackUsage } => {
    const all: UsageSeries[] = [];
    const byKey = new Map<string | null, Map<string | null, UsageSeries>>();
    let last: UsageSeries | null = null;
    const find = (key: string | null, model: string | null): UsageSeries | undefined =>
      byKey.get(key)?.get(model);
    const add = (key: string | null, model: string | null): UsageSeries => {
      const series = newSeries(key, model);
      const models = byKey.get(key) ?? new Map<string | null, UsageSeries>();
      byKey.set(key, models.set(model, series));
      all.push(series);
      count += 1;
      return series;
    };
    const usage: TrackUsage = {
      series(key, model) {
        if (last !== null && last.key === key && last.model === model) return last;
        last = find(key, model) ?? null;
        if (last !== null) return last;
        const isKept =
          count < seriesAtMost &&
          all.length < SERIES_OF_A_TRACK_AT_MOST &&
          (key?.length ?? 0) <= LONGEST_NAME &&
          (model?.length ?? 0) <= LONGEST_NAME;
        last = isKept ? add(key, model) : (find(OTHERS, OTHERS) ?? add(OTHERS, OTHERS));
        return last;
      },
    };
    return { all, usage };
  };

  return {
    of(service, track, { release, releaseVersion }) {
      const name = `${service} ${track} ${release} ${releaseVersion}`;
      let found = tracks.get(name);
      if (found === undefined) {
        found = { about: { service, track, release, releaseVersion }, ...openTrack() };
        tracks.set(name, found);
      }
      return found.usage;
    },
    take(which) {
      const taken: UsageCounts[] = [];
      for (const { about, all } of tracks.values())
        for (const series of all) {
          if (!series.hasChanged && which === 'changed') continue;
          series.hasChanged = false;
          const { hasChanged: _, ...counts } = series;
          taken.push({ ...about, ...counts });
        }
      return taken;
    },
  };
}

type TrackName = Pick<UsageCounts, 'service' | 'track' | 'release' | 'releaseVersion'>;

/** Prices remembered of one track; an answer may call itself anything. */
const PRICES_KEPT = 100;

export function pricedTrack(
  usage: TrackUsage,
  prices: Prices | undefined,
  service: string,
  { provider }: Pick<TrackRoute, 'provider'>,
): PricedTrack {
  const known = new Map<string | null, Price | null>();
  return {
    usage,
    model: provider?.model ?? null,
    price(model) {
      let price = known.get(model);
      if (price === undefined) {
        price = findPrice(prices, { service, provider: provider?.name ?? null, model });
        if (known.size < PRICES_KEPT) known.set(model, price);
      }
      return price;
    },
  };
}

const newSeries = (key: string | null, model: string | null): UsageSeries => ({
  key,
  model,
  calls: 0,
  unpriced: 0,
  untold: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  costNanos: 0,
  hasChanged: false,
});
