/** Requests that got a problem without a release being asked, by its code. Changed in place, since the boot of the process. */
export interface Refused {
  'bad-request': number;
  'no-routes': number;
  'key-refused': number;
  'service-unknown': number;
  'nothing-exposed': number;
}

export const openRefused = (): Refused => ({
  'bad-request': 0,
  'no-routes': 0,
  'key-refused': 0,
  'service-unknown': 0,
  'nothing-exposed': 0,
});
