/** A difference of two shares in percentage points, with its sign. */
export const points = (share: number): string => {
  const value = share * 100;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 2 : 1;
  const text = String(Number(value.toFixed(digits)));
  return `${value > 0 ? '+' : ''}${text === '-0' ? '0' : text} ${text === '1' || text === '-1' ? 'point' : 'points'}`;
};
