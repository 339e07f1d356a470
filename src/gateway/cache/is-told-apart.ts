import { isTold } from './travelling-headers.ts';

/**
 * Whether requests that differ in a header that `vary` of an answer names have keys of their own. `names`: the value of that header;
 * undefined: it is not there. `vary`: that of the policy.
 */
export const isToldApart = (names: string | undefined, vary: readonly string[] | undefined): boolean =>
  names === undefined ||
  names.split(',').every((name) => {
    const header = name.trim().toLowerCase();
    return header === '' || (header !== '*' && isTold(header, vary));
  });
