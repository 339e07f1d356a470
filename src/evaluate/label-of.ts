/** A label as text; null for what cannot be one. */
export const labelOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return null;
};
