let second = Number.NaN;
let upToSecond = '';

/** The same as `new Date(ms).toISOString()`, with the part up to the second made once a second. */
export function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1000);
  if (whole !== second) {
    second = whole;
    upToSecond = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const rest = Math.trunc(ms) - whole * 1000;
  return `${upToSecond}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
}
