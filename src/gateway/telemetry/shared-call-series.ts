import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { BatchCounts } from '../batching/batches.ts';
import type { CacheCounts } from '../cache/answer-caches.ts';

/** Requests that were answered without a call of their own, of services with a cache or batches. */
export function sharedCallSeries(cache: CacheCounts, batches: BatchCounts): SeriesFamily[] {
  const { hits, misses, bypassed, joined } = cache;
  const one = (kind: 'counter' | 'gauge', name: string, help: string, value: number): SeriesFamily => ({
    name,
    kind,
    help,
    series: [{ labels: {}, value }],
  });
  return [
    {
      name: 'tidegate_cache_requests',
      kind: 'counter',
      help: 'Requests of services with a cache, by what it had to do with them.',
      series: Object.entries({ hit: hits, miss: misses, bypass: bypassed, joined }).map(
        ([outcome, value]) => ({
          labels: { outcome },
          value,
        }),
      ),
    },
    one('counter', 'tidegate_cache_evictions', 'Kept answers that had to make room.', cache.evicted),
    one('gauge', 'tidegate_cache_answers', 'Answers that are kept.', cache.answers),
    one('gauge', 'tidegate_cache_bytes', 'What kept answers take.', cache.bytes),
    one('counter', 'tidegate_batch_calls', 'Calls that were made for several requests.', batches.calls),
    one('counter', 'tidegate_batched_requests', 'Requests in such calls.', batches.requests),
    one(
      'counter',
      'tidegate_batch_requests_alone',
      'Of those, requests that were sent once more by themselves, for the call for all had failed.',
      batches.singly,
    ),
  ];
}
