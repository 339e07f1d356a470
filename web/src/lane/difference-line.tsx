import type { ReactElement } from 'react';
import type { GuardReading } from '../api/shapes.ts';
import { points } from '../show/points.ts';

/** Where candidate minus stable lies, between its limits, on a line with zero and the margin. The figures stand below in words. */
export const DifferenceLine = ({ reading }: { reading: GuardReading }): ReactElement | null => {
  const { difference, marginShare, kind } = reading;
  if (difference === undefined) return null;
  const { low, high, estimate } = difference;
  const reach = Math.max(Math.abs(low), Math.abs(high), marginShare * 1.5);
  const at = (value: number): string => `${((value + reach) / (2 * reach)) * 100}%`;
  const figure = (value: number): string => (kind === 'mean' ? value.toFixed(3) : points(value));
  return (
    <div className="difference" aria-hidden="true">
      <span className="difference-ends">
        <span>{figure(-reach)}</span>
        <span>candidate minus stable{marginShare > 0 && ', margin dashed'}</span>
        <span>{figure(reach)}</span>
      </span>
      <span className="difference-line">
        <span className="difference-zero" style={{ left: at(0) }} />
        {marginShare > 0 && <span className="difference-margin" style={{ left: at(marginShare) }} />}
        <span
          className="difference-limits"
          style={{ left: at(low), width: `${((high - low) / (2 * reach)) * 100}%` }}
        />
        {estimate !== undefined && <span className="difference-estimate" style={{ left: at(estimate) }} />}
      </span>
    </div>
  );
};
