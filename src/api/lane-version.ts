import { TidegateError } from '../errors.ts';

export const laneEtag = ({ version }: { readonly version: number }): string => `"${version}"`;

/** The version that the caller saw, from `If-Match`; undefined when any will do. @throws `bad-request` */
export const versionFromIfMatch = (header: string | undefined): number | undefined => {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  if (match === null)
    throw new TidegateError('bad-request', 'If-Match takes the ETag of the lane, such as "12".');
  return Number(match[1]);
};
