/** How a terminal underlines what words and icons already say. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const plain = (text: string): string => text;

export const noPaint: Paint = { good: plain, bad: plain, warn: plain, dim: plain, bold: plain };

type Verdict = 'pass' | 'fail' | 'inconclusive' | 'not-applicable' | 'unfinished';

const icons: Readonly<Record<Verdict, string>> = {
  pass: '✔',
  fail: '✘',
  inconclusive: '?',
  'not-applicable': '-',
  unfinished: '…',
};

/** `✔ pass`, as wide as asked. */
export const verdictText = (verdict: Verdict, paint: Paint, width = 0): string => {
  const text = `${icons[verdict]} ${verdict}`.padEnd(width);
  switch (verdict) {
    case 'pass':
      return paint.good(text);
    case 'fail':
      return paint.bad(text);
    case 'inconclusive':
    case 'unfinished':
      return paint.warn(text);
    case 'not-applicable':
      return paint.dim(text);
  }
};
