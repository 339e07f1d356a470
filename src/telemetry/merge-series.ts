import type { Series, SeriesFamily } from '../core/telemetry/series-family.ts';

export interface SeriesSource {
  /** Put before the labels of each of its series; they win over labels of the same name. */
  readonly labels: Series['labels'];
  readonly families: readonly SeriesFamily[];
}

export interface MergedSeries {
  /** By name; a name stands once. */
  readonly families: readonly SeriesFamily[];
  /** Series that found no room, or that fit no family of their name. */
  readonly leftOut: number;
}

/** Joins what several processes say into one text's worth. A histogram counts as many series as it has lines. */
export function mergeSeries(sources: readonly SeriesSource[], linesAtMost: number): MergedSeries {
  const families = new Map<string, { family: SeriesFamily; series: Series[] }>();
  let lines = 0;
  let leftOut = 0;
  for (const { labels, families: given } of sources) {
    for (const family of given) {
      let known = families.get(family.name);
      if (known === undefined) {
        known = { family, series: [] };
        families.set(family.name, known);
      }
      const fits = known.family.kind === family.kind && sameBounds(known.family, family);
      const each = family.kind === 'histogram' ? (family.bounds?.length ?? 0) + 3 : 1;
      for (const one of family.series) {
        if (!fits || lines + each > linesAtMost) {
          leftOut += each;
          continue;
        }
        lines += each;
        known.series.push({ ...one, labels: { ...labels, ...withoutNames(one.labels, labels) } });
      }
    }
  }
  const merged = [...families.values()].map(({ family, series }) => ({ ...family, series }));
  return {
    families: merged.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    leftOut,
  };
}

/** A process that has observed nothing yet says nothing of its buckets. */
const sameBounds = (a: SeriesFamily, b: SeriesFamily): boolean =>
  b.series.length === 0 || (a.bounds ?? []).join() === (b.bounds ?? []).join();

const withoutNames = (labels: Series['labels'], names: Series['labels']): Series['labels'] =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in names)));
