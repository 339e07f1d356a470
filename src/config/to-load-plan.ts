import type { LoadPlan } from '../core/evaluation/load/load-plan.ts';
import type { EvalLoadInput } from './schema/eval-load-schema.ts';

export const toLoadPlan = ({ open, closed }: EvalLoadInput): LoadPlan => ({
  open:
    open === undefined
      ? null
      : {
          ratePerSecond: open.rate,
          arrivals: open.arrivals,
          durationMs: open.duration,
          warmUpMs: open.warmUp,
          mostUnderWay: open.underWay,
        },
  closed:
    closed === undefined
      ? null
      : { concurrencies: closed.callers, durationMs: closed.duration, warmUpMs: closed.warmUp },
});
