import type { ReactElement } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** How something stands, in a word. The icon and the colour only repeat it. */
export interface Standing {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

export const Badge = ({ tone, icon, word }: Standing): ReactElement => (
  <span className={`badge badge-${tone}`}>
    <Icon name={icon} />
    {word}
  </span>
);
