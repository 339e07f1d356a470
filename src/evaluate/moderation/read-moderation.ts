export interface Moderation {
  readonly isFlagged: boolean;
  /** Categories that are flagged. */
  readonly flagged: readonly string[];
  /** All that the model speaks of. */
  readonly known: readonly string[];
}

/** The `results` of a moderation endpoint for one text; null for anything else. */
export const readModeration = (results: unknown): Moderation | null => {
  if (!Array.isArray(results) || results.length !== 1) return null;
  const { flagged, categories } = (results[0] ?? {}) as { flagged?: unknown; categories?: unknown };
  if (typeof flagged !== 'boolean' || typeof categories !== 'object' || categories === null) return null;
  const entries = Object.entries(categories);
  return {
    isFlagged: flagged,
    flagged: entries.filter(([, is]) => is === true).map(([name]) => name),
    known: entries.map(([name]) => name),
  };
};
