import type { ReactElement, ReactNode } from 'react';
import { Badge, type Standing } from '../parts/badge.tsx';
import { formatRoute, overview } from '../routing/route.ts';
import { Mark } from './mark.tsx';

/** Whether what is shown is what is. */
export type Freshness = 'live' | 'polling' | 'reconnecting';

const standings: Readonly<Record<Freshness, Standing>> = {
  live: { tone: 'good', icon: 'dot', word: 'Live' },
  polling: { tone: 'warn', icon: 'clock', word: 'Live, every 2 s' },
  reconnecting: { tone: 'bad', icon: 'turn', word: 'Reconnecting' },
};

export const Header = (props: {
  freshness: Freshness;
  leave: () => void;
  children?: ReactNode;
}): ReactElement => (
  <header className="top">
    <button type="button" className="skip-link" onClick={focusMain}>
      Skip to the content
    </button>
    <a className="top-home" href={formatRoute(overview)} aria-label="Tidegate, overview">
      <Mark />
      Tidegate
    </a>
    {props.children}
    <div className="top-end">
      <span role="status" title={hints[props.freshness]}>
        <Badge {...standings[props.freshness]} />
      </span>
      <button type="button" className="button-small" onClick={props.leave}>
        Log out
      </button>
    </div>
  </header>
);

const hints: Readonly<Record<Freshness, string>> = {
  live: 'Changes appear as they happen.',
  polling: 'The stream of changes is not open; the state is asked for every two seconds.',
  reconnecting:
    'The control plane does not answer. What is shown may be out of date; traffic is not affected.',
};

const focusMain = (): void => document.querySelector<HTMLElement>('main')?.focus();
