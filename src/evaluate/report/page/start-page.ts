import { byId, type PageElement, type PageEvent } from './dom.ts';
import { drawCases } from './draw-cases.ts';
import { drawConfusions } from './draw-confusion.ts';
import { drawMetrics } from './draw-metrics.ts';
import { drawHeadline, drawRequirements } from './draw-summary.ts';
import { queryFromHash, queryToHash } from './filter-cases.ts';
import type { PageData } from './page-data.ts';

declare const document: { addEventListener(type: string, listener: (event: PageEvent) => void): void };
declare const window: { addEventListener(type: string, listener: () => void): void };
declare const location: { readonly hash: string; readonly pathname: string; readonly search: string };
declare const history: { replaceState(state: null, title: string, address: string): void };

/** Draws everything and listens. What is looked for stands in the address, so that a view can be passed on. */
export const startPage = (): void => {
  // The page was written by the same version of Tidegate as this script.
  const data = JSON.parse(byId('data').textContent ?? '') as PageData;
  let isSettled = false;
  const cases = drawCases(data, (query) => {
    if (!isSettled) return;
    const hash = queryToHash(query);
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
  });
  const parts = [drawRequirements(data), drawMetrics(data), drawConfusions(data), cases.section].filter(
    (part) => part !== null,
  );
  byId('page').replaceChildren(drawHeadline(data), ...parts);
  const searchNow = (): void => {
    cases.search.focus();
    cases.search.select();
  };
  const follow = (): void => {
    const query = queryFromHash(location.hash);
    isSettled = false;
    cases.set(query);
    if (query.open !== '') cases.open(query.open);
    isSettled = true;
  };
  follow();
  window.addEventListener('hashchange', follow);
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape' && event.target === cases.search) return cases.move(1);
    if (takesText(event.target)) return;
    const act = { '/': searchNow, j: () => cases.move(1), k: () => cases.move(-1) }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
};

const takesText = (target: PageElement | null): boolean =>
  target !== null && (target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName));
