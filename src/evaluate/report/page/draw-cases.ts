import { labelledField, make, type PageElement, section } from './dom.ts';
import { type Compared, drawCase, flagBadges } from './draw-case.ts';
import { count } from './figure.ts';
import { type CaseQuery, filterCases, searchedText } from './filter-cases.ts';
import type { PageData } from './page-data.ts';

/** Rows drawn at a time. */
const STEP = 40;

export interface CaseList {
  readonly section: PageElement;
  readonly search: PageElement;
  readonly set: (query: CaseQuery) => void;
  readonly open: (id: string) => void;
  /** Moves the focus by so many cases. */
  readonly move: (by: number) => void;
}

/** The cases with everything to look through them. `changed` hears of each new query, and of the case opened last. */
export const drawCases = (
  data: PageData,
  changed: (query: CaseQuery & { readonly open: string }) => void,
): CaseList => {
  let query: CaseQuery = { words: '', flag: '', tag: '' };
  let opened = '';
  let found: number[] = [];
  let drawn: { readonly place: number; readonly item: PageElement; readonly head: PageElement }[] = [];
  let compared: Compared = data.sides.baseline === null ? 'expected' : 'baseline';
  const texts: string[] = [];
  const textOf = (place: number): string => (texts[place] ??= searchedText(data.cases[place]!));

  const list = make('ol', { class: 'cases', id: 'case-list' });
  const status = make('p', { class: 'quiet status', role: 'status' });
  const more = make('button', { type: 'button', class: 'button-small more' });
  const search = make('input', { type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false' });
  const slice = make(
    'select',
    { id: 'slice' },
    make('option', { value: '' }, 'all'),
    ...data.tags.map((tag) => make('option', { value: tag }, tag)),
  );
  const against = make(
    'select',
    { id: 'compared' },
    ...comparisons(data).map(([value, words]) => make('option', { value }, words)),
  );
  const flags = [
    { key: '', words: 'all', cases: data.allCases },
    ...data.flags.filter(({ cases }) => cases > 0),
  ].map(({ key, words, cases }) => {
    const button = make(
      'button',
      { type: 'button', class: 'chip', 'aria-pressed': String(key === '') },
      words,
      make('span', { class: 'chip-count' }, count(cases)),
    );
    button.addEventListener('click', () => update({ ...query, flag: key }));
    return { key, button };
  });

  const toggle = (place: number, item: PageElement, head: PageElement): void => {
    const isOpen = head.getAttribute('aria-expanded') === 'true';
    head.setAttribute('aria-expanded', String(!isOpen));
    const body = make('div', { class: 'case-holder', id: `body-${place}` });
    if (!isOpen) body.append(drawCase(data.cases[place]!, data, compared));
    item.replaceChildren(make('h3', {}, head), body);
    head.focus({ preventScroll: true });
    opened = isOpen ? '' : data.cases[place]!.id;
    changed({ ...query, open: opened });
  };
  const drawMore = (): void => {
    for (const place of found.slice(drawn.length, drawn.length + STEP)) {
      const one = data.cases[place]!;
      const head = make(
        'button',
        { type: 'button', class: 'case-head', 'aria-expanded': 'false' },
        make('span', { class: 'case-id' }, one.id),
        make('span', { class: 'case-flags' }, ...flagBadges(one, data)),
        make('span', { class: 'case-gist', dir: 'auto' }, one.gist),
      );
      const item = make('li', { class: 'case' }, make('h3', {}, head));
      head.addEventListener('click', () => toggle(place, item, head));
      drawn.push({ place, item, head });
      list.append(item);
    }
    const left = found.length - drawn.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(STEP, left)} more of ${count(left)}`;
  };
  const update = (next: CaseQuery): void => {
    query = next;
    found = filterCases(data.cases, data.tags, query, textOf);
    drawn = [];
    list.replaceChildren();
    for (const { key, button } of flags) button.setAttribute('aria-pressed', String(key === query.flag));
    if (search.value !== query.words) search.value = query.words;
    slice.value = query.tag;
    const where = data.excerpt === null ? '' : ' in this page';
    status.textContent =
      found.length === 0
        ? `No case${where} fits.`
        : `${count(found.length)} ${found.length === 1 ? 'case' : 'cases'}${where}, the worst first.`;
    drawMore();
    changed({ ...query, open: opened });
  };
  const move = (by: number): void => {
    const at = drawn.findIndex(({ item }) => isWithin(item));
    const to = at === -1 ? (by > 0 ? 0 : -1) : at + by;
    if (to >= drawn.length && drawn.length < found.length) drawMore();
    const target = drawn[to];
    if (target === undefined) return;
    target.head.focus({ preventScroll: true });
    target.item.scrollIntoView({ block: 'nearest' });
  };
  const open = (id: string): void => {
    const place = data.cases.findIndex((one) => one.id.toWellFormed() === id);
    while (place !== -1 && drawn.length < found.length && !drawn.some((one) => one.place === place))
      drawMore();
    const target = drawn.find((one) => one.place === place);
    if (target === undefined) return;
    toggle(place, target.item, target.head);
    target.item.scrollIntoView({ block: 'start' });
  };

  search.addEventListener('input', () => update({ ...query, words: search.value }));
  slice.addEventListener('change', () => update({ ...query, tag: slice.value }));
  against.addEventListener('change', () => {
    compared = against.value as Compared;
    update(query);
  });
  more.addEventListener('click', () => {
    const first = drawn.length;
    drawMore();
    drawn[first]?.head.focus();
  });
  update(query);

  const form = make(
    'div',
    { class: 'looking', role: 'search', 'aria-label': 'Cases' },
    make(
      'div',
      { class: 'chips', role: 'group', 'aria-label': 'Show' },
      ...flags.map(({ button }) => button),
    ),
    make(
      'div',
      { class: 'fields' },
      labelledField('Search', search, 'field-search'),
      data.tags.length === 0 ? null : labelledField('Slice', slice),
      labelledField('Mark what differs from', against),
    ),
  );
  const excerpt = data.excerpt === null ? null : make('p', { class: 'remark' }, data.excerpt);
  const keys = make('p', { class: 'quiet keys' }, ...keyHelp());
  return {
    section: section('Cases', 'cases', form, excerpt, status, list, more, keys),
    search,
    set: update,
    open,
    move,
  };
};

declare const document: { readonly activeElement: PageElement | null };

const isWithin = (item: PageElement): boolean => {
  for (let at = document.activeElement; at !== null; at = at.parentElement) if (at === item) return true;
  return false;
};

const comparisons = ({ sides }: PageData): (readonly [Compared, string])[] => [
  ...(sides.baseline === null ? [] : ([['baseline', 'the other answer']] as const)),
  ['expected', 'what was expected'],
  ['nothing', 'nothing'],
];

const keyHelp = (): (PageElement | string)[] =>
  [
    ['/', 'search'],
    ['j', 'next case'],
    ['k', 'case before'],
    ['Enter', 'open or close'],
    ['Esc', 'leave the search'],
  ].flatMap(([key, words]) => [make('kbd', {}, key!), ` ${words}  `]);
