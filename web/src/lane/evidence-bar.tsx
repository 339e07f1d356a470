import type { ReactElement } from 'react';
import { Icon, type IconName } from '../parts/icon.tsx';
import { eProgress, eValue } from '../show/e-value.ts';

export interface EvidenceBarProps {
  readonly title: string;
  readonly direction: 'rollback' | 'advance' | 'warning';
  readonly logE: number;
  readonly logThreshold: number;
  readonly isReached: boolean;
  /** What the figures do not say; stands under the bar. */
  readonly note: string;
}

/** How far evidence has come toward a decision, on the scale on which it adds up, with the figures in words. */
export const EvidenceBar = (props: EvidenceBarProps): ReactElement => {
  const { title, direction, logE, logThreshold, isReached, note } = props;
  const progress = eProgress(logE, logThreshold);
  const icon = icons[direction];
  return (
    <div className={`evidence evidence-${direction} ${isReached ? 'is-reached' : ''}`}>
      <div className="evidence-head">
        <span className="evidence-title">
          <Icon name={isReached && direction === 'advance' ? 'check' : icon} />
          {title}
        </span>
        <span className="evidence-figures">
          e-value {eValue(logE)} of {eValue(logThreshold)}
        </span>
      </div>
      <div className="evidence-bar" aria-hidden="true">
        <span style={{ width: `${progress * 100}%` }} />
      </div>
      <p className="evidence-note">
        {isReached ? 'Threshold reached. ' : `${Math.floor(progress * 100)} % of the way. `}
        {note}
      </p>
    </div>
  );
};

const icons = { rollback: 'back', advance: 'arrow', warning: 'warning' } as const satisfies Readonly<
  Record<EvidenceBarProps['direction'], IconName>
>;
