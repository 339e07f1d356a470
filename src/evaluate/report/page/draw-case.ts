import type { MetricUnit } from '../../../core/evaluation/run/run-record.ts';
import { make, type PageElement } from './dom.ts';
import { badge } from './draw-summary.ts';
import { count, figure } from './figure.ts';
import type { PageAnswer, PageCase, PageData, PageText, Tone } from './page-data.ts';
import { wordDiff } from './word-diff.ts';

/** What answers are held against. */
export type Compared = 'baseline' | 'expected' | 'nothing';

/** All of a case: what was asked, what was expected, and the answers of each repeat beside each other. */
export const drawCase = (one: PageCase, data: PageData, compared: Compared): PageElement =>
  make(
    'div',
    { class: 'case-body' },
    make(
      'div',
      { class: 'asked' },
      labelled('Input', textBlock(one.input)),
      one.expected === null ? null : labelled('Expected', textBlock(one.expected)),
    ),
    ...repeatsOf(one).map((at, _, all) => drawRepeat(one, at, all.length, data, compared)),
    one.metadata === '' && one.tags.length === 0
      ? null
      : make(
          'div',
          { class: 'about' },
          one.tags.length === 0
            ? null
            : make(
                'p',
                {},
                make('span', { class: 'quiet' }, 'Slices '),
                ...one.tags.map((tag) => make('span', { class: 'tag' }, data.tags[tag] ?? '')),
              ),
          one.metadata === '' ? null : make('pre', { class: 'metadata' }, one.metadata),
        ),
  );

const repeatsOf = ({ candidate, baseline }: PageCase): number[] => [
  ...Array(Math.max(1, candidate.length, baseline.length)).keys(),
];

const drawRepeat = (
  one: PageCase,
  at: number,
  of: number,
  data: PageData,
  compared: Compared,
): PageElement => {
  const left = one.baseline[at] ?? null;
  const right = one.candidate[at] ?? null;
  const { baseline, candidate } = data.sides;
  return make(
    'div',
    { class: 'repeat' },
    of === 1 ? null : make('h4', {}, `Repeat ${at + 1} of ${of}`),
    make(
      'div',
      { class: 'sides' },
      baseline === null ? null : drawAnswer(baseline, left, referenceOf(one, right, compared), 'left', data),
      drawAnswer(candidate, right, referenceOf(one, left, compared), 'right', data),
    ),
  );
};

const referenceOf = (one: PageCase, other: PageAnswer | null, compared: Compared): string | null => {
  if (compared === 'expected') return one.expected === null ? null : plainText(one.expected);
  return compared === 'baseline' && other !== null && 'text' in other ? plainText(other.text) : null;
};

const drawAnswer = (
  title: string,
  answer: PageAnswer | null,
  reference: string | null,
  side: 'left' | 'right',
  data: PageData,
): PageElement => {
  const head = make(
    'h5',
    {},
    make('span', {
      class: `key-mark ${side === 'left' ? 'of-baseline' : 'of-candidate'}`,
      'aria-hidden': 'true',
    }),
    title,
  );
  if (answer === null)
    return make('div', { class: 'side' }, head, make('p', { class: 'quiet' }, 'No answer was asked for.'));
  if ('error' in answer)
    return make(
      'div',
      { class: 'side' },
      head,
      make('p', { class: 'failure' }, badge('bad', '✘', 'error'), ' ', answer.error),
      used(answer.used),
    );
  const scores = answer.scores.flatMap((score, place) => {
    const metric = data.scores[place];
    const why = answer.why.find(([at]) => at === place);
    // One without a score, but with a word on that, is of a scorer that failed.
    if (metric === undefined || (score === null && why === undefined)) return [];
    return [
      make(
        'div',
        {},
        make('dt', {}, metric.name),
        make(
          'dd',
          {},
          score === null
            ? make('span', { class: 'quiet' }, 'none')
            : make('span', { class: 'strong' }, caseScore(metric.unit, score)),
          why === undefined ? '' : make('span', { class: 'why' }, ` ${why[1]}`),
        ),
      ),
    ];
  });
  return make(
    'div',
    { class: 'side' },
    head,
    textBlock(answer.text, reference, side),
    scores.length === 0 ? null : make('dl', { class: 'scores' }, ...scores),
    used(answer.used),
  );
};

/** A single case is mostly 0 or 100 %, which needs no decimals. */
const caseScore = (unit: MetricUnit, score: number): string =>
  unit === 'share' ? `${Number((score * 100).toFixed(2))} %` : figure(unit, score);

const used = (text: string): PageElement | null =>
  text === '' ? null : make('p', { class: 'quiet used' }, text);

const labelled = (title: string, block: PageElement): PageElement =>
  make('div', {}, make('h4', {}, title), block);

/** A text as it is; what a reference lacks is marked, by more than colour. */
const textBlock = (
  text: PageText,
  reference: string | null = null,
  side: 'left' | 'right' = 'right',
): PageElement => {
  const shown = plainText(text);
  const block = make('pre', { class: 'text', dir: 'auto' });
  if (shown === '') block.append(make('span', { class: 'quiet' }, 'empty'));
  else if (reference === null || reference === shown) block.append(shown);
  else
    for (const { kind, text: part } of wordDiff(reference, shown)) {
      if (kind === 'same') block.append(part);
      else if (kind === 'only-right') block.append(make(side === 'left' ? 'del' : 'ins', {}, part));
    }
  const whole = typeof text === 'string' ? null : text[1];
  if (whole === null) return block;
  return make(
    'div',
    {},
    block,
    make(
      'p',
      { class: 'quiet' },
      `The first ${count(shown.length)} of ${count(whole)} characters; the run file has all of them.`,
    ),
  );
};

const plainText = (text: PageText): string => (typeof text === 'string' ? text : text[0]);

/** The flags of a case as badges. */
export const flagBadges = (one: PageCase, data: PageData): PageElement[] =>
  one.flags.flatMap((key) => {
    const flag = data.flags.find((known) => known.key === key);
    return flag === undefined ? [] : [badge(flag.tone, icons[flag.tone], short(flag.words))];
  });

const short = (words: string): string =>
  words.replace(/ than the baseline$/, '').replace(/^errors$/, 'error');

const icons: Readonly<Record<Tone, string>> = { good: '▲', bad: '✘', warn: '≈', busy: '•', quiet: '·' };
