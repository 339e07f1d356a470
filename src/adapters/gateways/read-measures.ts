import { z } from 'zod';
import { ADDRESS_STANDINGS } from '../../core/telemetry/measures.ts';

/** More than any process has to say, so that a broken one cannot fill the memory of the control plane. */
const FAMILIES_AT_MOST = 200;
const SERIES_AT_MOST = 20_000;
const TEXT_AT_MOST = 2_048;

const name = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
const labels = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().max(TEXT_AT_MOST));
const series = z.looseObject({
  labels,
  value: z.number(),
  counts: z.array(z.number().min(0)).max(100).optional(),
});
const family = z
  .looseObject({
    name,
    kind: z.enum(['counter', 'gauge', 'histogram']),
    help: z.string().max(TEXT_AT_MOST),
    bounds: z.array(z.number()).max(99).optional(),
    series: z.array(series).max(SERIES_AT_MOST),
  })
  .refine(
    ({ kind, bounds, series: all }) =>
      kind !== 'histogram' || all.every(({ counts }) => counts?.length === (bounds?.length ?? 0) + 1),
    'a histogram needs a count for each bucket',
  );

const address = z.looseObject({
  service: z.string(),
  track: z.enum(['stable', 'candidate']),
  release: z.string(),
  address: z.string().max(TEXT_AT_MOST),
  standing: z.enum(ADDRESS_STANDINGS),
  inFlight: z.number(),
});

/** The shape of what a gateway answers to `measure`. */
export const measuresSchema = z.looseObject({
  families: z.array(family).max(FAMILIES_AT_MOST),
  live: z.looseObject({
    startedAtMs: z.number(),
    inFlight: z.number(),
    ratePerSecond: z.number(),
    connections: z.number(),
    residentBytes: z.number(),
    leaseAgeMs: z.number().nullable(),
    addresses: z.array(address).max(1_000),
    addressesLeftOut: z.number(),
  }),
});
