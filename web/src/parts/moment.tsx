import { type ReactElement, useEffect, useState } from 'react';
import { duration } from '../../../src/client/figures.ts';

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const sameDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const otherDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Now, anew every second while something on the page depends on it. */
export const useNow = (): number => {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return nowMs;
};

/** `3 min 10 s ago`. Coarser with age: after a minute the seconds would only flicker. */
export const Ago = ({ atMs }: { atMs: number }): ReactElement => {
  const ageMs = Math.max(0, useNow() - atMs);
  const shownMs = ageMs < 60_000 ? ageMs : ageMs - (ageMs % 60_000);
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exact.format(atMs)}>
      {ageMs < 2_000 ? 'just now' : `${duration(shownMs)} ago`}
    </time>
  );
};

/** How long something has been going on. */
export const Since = ({ atMs }: { atMs: number }): ReactElement => (
  <>{duration(Math.max(1_000, useNow() - atMs))}</>
);

/** The time of day, with the date when it was not today. */
export const At = ({ atMs }: { atMs: number }): ReactElement => {
  const isToday = new Date(atMs).toDateString() === new Date().toDateString();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exact.format(atMs)}>
      {(isToday ? sameDay : otherDay).format(atMs)}
    </time>
  );
};
