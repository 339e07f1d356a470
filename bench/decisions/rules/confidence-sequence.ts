/** What is known of one side: units (requests or users), and the variance of their values. */
export interface SideSummary {
  readonly units: number;
  readonly mean: number;
  /** Of one unit. */
  readonly variance: number;
}

/**
 * Lower limit of treatment minus control that holds at all times at once with probability 1 - alpha, for large samples: the one-sided
 * asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas ("Time-uniform central limit theory and asymptotic
 * confidence sequences", 2023), tightest near `tuning` units of both sides. Null while either side has shown no variance.
 */
export const lowerLimitOfDifference = (
  control: SideSummary,
  treatment: SideSummary,
  alpha: number,
  tuning: number,
): number | null => {
  if (!(control.variance > 0 && treatment.variance > 0)) return null;
  const n = control.units + treatment.units;
  const perUnit = n * (control.variance / control.units + treatment.variance / treatment.units);
  // One side spends alpha where a two-sided interval would spend 2 alpha.
  const logs = -2 * Math.log(2 * alpha);
  const rhoSquared = (logs + Math.log(1 + logs)) / tuning;
  const scale = n * rhoSquared + 1;
  const halfWidth = Math.sqrt(
    (perUnit * 2 * scale * Math.log1p(Math.sqrt(scale) / (2 * alpha))) / (n * n * rhoSquared),
  );
  return treatment.mean - control.mean - halfWidth;
};
