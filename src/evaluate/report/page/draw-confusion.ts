import { make, type PageElement, section } from './dom.ts';
import type { PageConfusion, PageData } from './page-data.ts';

/** Which labels were answered where which were expected, for scorers of labels. */
export const drawConfusions = (data: PageData): PageElement | null => {
  const all = data.confusions ?? [];
  return all.length === 0 ? null : section('Labels', 'labels', ...all.map(drawConfusion));
};

const drawConfusion = ({ of, header, rows, note }: PageConfusion): PageElement =>
  make(
    'div',
    { class: 'scroll matrix' },
    make(
      'table',
      {},
      make('caption', {}, `Expected and answered labels (${of})${note === null ? '' : `. ${note}`}`),
      make('thead', {}, make('tr', {}, ...header.map((name) => make('th', { scope: 'col' }, name)))),
      make(
        'tbody',
        {},
        ...rows.map(([name = '', ...cells]) =>
          make(
            'tr',
            {},
            make('th', { scope: 'row' }, name),
            ...cells.map((cell) => make('td', { class: 'number' }, cell)),
          ),
        ),
      ),
    ),
  );
