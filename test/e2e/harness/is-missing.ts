/** True, and loudly so, when the machine lacks what a test needs. */
export const isMissing = (isThere: boolean, what: string): boolean => {
  if (!isThere) console.warn(`NOT TESTED: ${what}`);
  return !isThere;
};
