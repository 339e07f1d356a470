/**
 * An e-value from its natural logarithm, as people read it: whole numbers up to a million, powers of ten beyond. Two
 * digits below ten, for there it says whether the evidence points anywhere at all.
 */
export const eValue = (logE: number): string => {
  if (logE > Math.log(1e6)) return power(logE);
  const value = Math.exp(logE);
  if (value < 0.01) return '< 0.01';
  if (value < 10) return value.toFixed(2).replace(/\.?0+$/, '');
  return Math.round(value).toLocaleString('en');
};

/** How far on its way from 1 (no evidence) to the threshold, on the scale on which evidence adds up. 0 to 1. */
export const eProgress = (logE: number, logThreshold: number): number =>
  logThreshold <= 0 ? 1 : Math.min(1, Math.max(0, logE / logThreshold));

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const power = (logE: number): string => {
  const log10 = logE / Math.LN10;
  let exponent = Math.floor(log10);
  let digits = (10 ** (log10 - exponent)).toFixed(1);
  // 9.97 rounds to 10.0, which is the next power's 1.0.
  if (digits === '10.0') {
    digits = '1.0';
    exponent += 1;
  }
  const raised = [...String(exponent)].map((digit) => superscripts[Number(digit)]).join('');
  return `${digits.replace(/\.0$/, '')} × 10${raised}`;
};
