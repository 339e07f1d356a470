import { scorerEntry } from '../scorer-entry.ts';
import { accuracy } from './accuracy.ts';
import { averagePrecision } from './average-precision.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { brier, multiclassBrier } from './brier.ts';
import { calibrationError, topLabelCalibrationError } from './calibration-error.ts';
import { logLoss, multiclassLogLoss } from './log-loss.ts';
import { matthews } from './matthews.ts';
import { multiclassRocAuc } from './multiclass-roc-auc.ts';
import { precisionRecall } from './precision-recall.ts';
import { rocAuc } from './roc-auc.ts';

const shared = { family: 'classification', version: 1, agreesWith: 'scikit-learn 1.9.1' } as const;
const good = { range: [0, 1], better: 'higher' } as const;
const loss = { range: [0, 1], better: 'lower' } as const;

/** -ln(2^-52), what one case costs at most. */
const MOST_SURPRISE = 52 * Math.LN2;

const averaging = {
  average: {
    kind: 'choice',
    choices: ['macro', 'micro', 'weighted', 'binary'],
    default: 'macro',
    says: 'how labels are put together',
  },
  positive: { kind: 'optional-text', default: null, says: 'the label that binary is about' },
  labels: {
    kind: 'choice',
    choices: ['seen', 'expected'],
    default: 'seen',
    says: 'average over all labels, or those expected somewhere',
  },
  zeroDivision: {
    kind: 'choice',
    choices: ['0', '1', 'undefined'],
    default: '0',
    says: 'what a label scores that nothing can be divided by',
  },
} as const;

const calibrating = {
  bins: { kind: 'number', default: 10, min: 1, max: 1000, isInteger: true, says: 'bins of equal width' },
  over: {
    kind: 'choice',
    choices: ['expected', 'greatest'],
    default: 'expected',
    says: 'mean over bins, or the worst',
  },
} as const;

const ofLabels = { ...shared, ...good, input: 'label' } as const;
const ofProbability = { ...shared, input: 'probability', options: {} } as const;
const ofClasses = { ...shared, input: 'class-probabilities' } as const;

export const classificationEntries = {
  accuracy: scorerEntry({ ...ofLabels, options: {}, make: accuracy }),
  balanced_accuracy: scorerEntry({ ...ofLabels, options: {}, make: balancedAccuracy }),
  mcc: scorerEntry({ ...ofLabels, range: [-1, 1], options: {}, make: matthews }),
  precision: scorerEntry({
    ...ofLabels,
    options: averaging,
    make: (options) => precisionRecall('precision', options),
  }),
  recall: scorerEntry({
    ...ofLabels,
    options: averaging,
    make: (options) => precisionRecall('recall', options),
  }),
  f1: scorerEntry({ ...ofLabels, options: averaging, make: (options) => precisionRecall('f1', options) }),
  roc_auc: scorerEntry({ ...ofProbability, ...good, make: rocAuc }),
  average_precision: scorerEntry({ ...ofProbability, ...good, make: averagePrecision }),
  log_loss: scorerEntry({ ...ofProbability, ...loss, range: [0, MOST_SURPRISE], make: logLoss }),
  brier: scorerEntry({ ...ofProbability, ...loss, make: brier }),
  calibration_error: scorerEntry({ ...ofProbability, ...loss, options: calibrating, make: calibrationError }),
  multiclass_roc_auc: scorerEntry({
    ...ofClasses,
    ...good,
    options: {
      compare: {
        kind: 'choice',
        choices: ['ovr', 'ovo'],
        default: 'ovr',
        says: 'each class against the rest, or pairs',
      },
      average: {
        kind: 'choice',
        choices: ['macro', 'weighted'],
        default: 'macro',
        says: 'how areas are put together',
      },
    },
    make: multiclassRocAuc,
  }),
  multiclass_log_loss: scorerEntry({
    ...ofClasses,
    ...loss,
    range: [0, MOST_SURPRISE],
    options: {},
    make: multiclassLogLoss,
  }),
  multiclass_brier: scorerEntry({ ...ofClasses, ...loss, range: [0, 2], options: {}, make: multiclassBrier }),
  top_label_calibration_error: scorerEntry({
    ...ofClasses,
    ...loss,
    options: calibrating,
    make: topLabelCalibrationError,
  }),
} as const;
