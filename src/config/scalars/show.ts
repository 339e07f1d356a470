const LONGEST = 40;

/** A value as it may be quoted in a message: short, on one line, strings in quotes. */
export const show = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  const short = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return JSON.stringify(short);
};
