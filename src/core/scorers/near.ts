export interface Tolerance {
  /** As a part of the greater size of the two. */
  readonly relative: number;
  readonly absolute: number;
}

/** Python's `math.isclose`: within either tolerance; an infinity is near itself only, and NaN near nothing. */
export const isNear = (one: number, other: number, { relative, absolute }: Tolerance): boolean => {
  if (one === other) return true;
  if (!Number.isFinite(one) || !Number.isFinite(other)) return false;
  const gap = Math.abs(one - other);
  return gap <= Math.max(relative * Math.max(Math.abs(one), Math.abs(other)), absolute);
};
