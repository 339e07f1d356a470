import { scorerEntry } from '../scorer-entry.ts';
import { determination } from './determination.ts';
import { meanAbsoluteError, meanAbsolutePercentageError, pinball } from './mean-errors.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

const shared = {
  family: 'regression',
  input: 'number',
  version: 1,
  agreesWith: 'scikit-learn 1.9.1',
  range: [0, Number.POSITIVE_INFINITY],
  better: 'lower',
  options: {},
} as const;

export const regressionEntries = {
  mae: scorerEntry({ ...shared, make: meanAbsoluteError }),
  rmse: scorerEntry({ ...shared, make: rootMeanSquaredError }),
  mape: scorerEntry({ ...shared, make: meanAbsolutePercentageError }),
  pinball: scorerEntry({
    ...shared,
    options: {
      quantile: {
        kind: 'number',
        default: 0.5,
        min: 0,
        max: 1,
        isInteger: false,
        says: 'which quantile was to be answered',
      },
    },
    make: pinball,
  }),
  r2: scorerEntry({ ...shared, range: [Number.NEGATIVE_INFINITY, 1], better: 'higher', make: determination }),
} as const;
