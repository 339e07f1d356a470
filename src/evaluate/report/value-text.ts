/** Any JSON value as people read it: texts as they are, the rest as indented JSON. */
export const valueText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return JSON.stringify(value, null, 2);
};

/** On one line, for what is compared: that an object is no text must be seen. */
export const valueLine = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
};

/** A few words of it for a list: the texts of an object without its keys. */
export const valueGist = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return lastFirst(value).map(valueGist).filter(Boolean).join(' · ');
  if (typeof value === 'object' && value !== null)
    return Object.values(value).map(valueGist).filter(Boolean).join(' · ');
  return value === null || value === undefined ? '' : String(value);
};

/** Of a conversation the last turn tells cases apart; the first is often the same for all. */
const lastFirst = (values: readonly unknown[]): unknown[] =>
  values.every((one) => typeof one === 'object' && one !== null && 'role' in one)
    ? values
        .slice(-1)
        .map((one) => (typeof one === 'object' && one !== null && 'content' in one ? one.content : one))
    : [...values];
