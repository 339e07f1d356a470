import type { ReactElement } from 'react';

/** Drawn beside a word, never instead of one: hidden from readers of the page. */
export type IconName =
  | 'arrow'
  | 'back'
  | 'blind'
  | 'check'
  | 'clock'
  | 'copy'
  | 'cross'
  | 'dot'
  | 'hand'
  | 'pause'
  | 'person'
  | 'play'
  | 'ring'
  | 'skip'
  | 'stop'
  | 'turn'
  | 'warning';

const shapes: Readonly<Record<IconName, ReactElement>> = {
  arrow: <path d="M3 8h10M9 4l4 4-4 4" />,
  back: <path d="M6 4 2.5 7.5 6 11M3 7.5h6.5a4 4 0 0 1 0 8H8" transform="translate(0 -1.5)" />,
  blind: <path d="M2 2l12 12M3 8s2-3.5 5-3.5S13 8 13 8s-2 3.5-5 3.5S3 8 3 8Z" />,
  check: <path d="M3 8.5 6.5 12 13 4.5" />,
  clock: <path d="M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z" />,
  copy: <path d="M6 5.5h7.5V14H6ZM10 5.5V2H2.5v8.5H6" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  dot: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  hand: (
    <path d="M5 9V4.5M5 8V3.5a1 1 0 0 1 2 0V7m0-4.5a1 1 0 0 1 2 0V7m0-3.5a1 1 0 0 1 2 0V9c0 3.5-1.5 5-4 5s-3.5-1.5-4.5-4.5c-.4-1.200 1.200-1.8 1.8-.5Z" />
  ),
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  person: (
    <path d="M8 8a2.8 2.8 0 1 0 0-5.600A2.8 2.8 0 0 0 8 8ZM2.5 14c.5-3 2.5-4.5 5.5-4.5s5 1.5 5.5 4.5" />
  ),
  play: <path d="M4.5 3v10l8-5Z" />,
  ring: <circle cx="8" cy="8" r="4.5" />,
  skip: <path d="M3 4l5 4-5 4ZM8.5 4l5 4-5 4Z" />,
  stop: <path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5Z" />,
  turn: <path d="M13.5 8a5.5 5.5 0 1 1-1.8-4.100M13.5 2v3h-3" />,
  warning: <path d="M8 2 1.5 13.5h13ZM8 6.5v3.200M8 11.600v.2" />,
};

export const Icon = ({ name }: { name: IconName }): ReactElement => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    {shapes[name]}
  </svg>
);
