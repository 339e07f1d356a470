import { useSyncExternalStore } from 'react';
import { formatRoute, parseRoute, type Route } from './route.ts';

const listen = (changed: () => void): (() => void) => {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
};

export const useRoute = (): Route => parseRoute(useSyncExternalStore(listen, () => window.location.hash));

/** Changes a filter without a step in the history: Back leaves the page one came to. */
export const replaceRoute = (route: Route): void => {
  window.history.replaceState(null, '', formatRoute(route));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
};
