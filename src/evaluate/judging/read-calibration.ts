import { readFileSync } from 'node:fs';
import type { Calibration } from '../../core/judging/calibration.ts';
import type { KappaWeights } from '../../core/judging/kappa.ts';

const WEIGHTS: readonly KappaWeights[] = ['none', 'linear', 'quadratic'];

/** Null where there is no such file, or it is none. What is read is checked as far as anything is decided on it. */
export const readCalibration = (path: string): Calibration | null => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Calibration>;
  const { kind, schema, judge, labels, unjudged, weights, confidence, categories, counts } = given;
  const isSound =
    kind === 'calibration' &&
    schema === 1 &&
    typeof judge === 'string' &&
    isCount(labels?.count) &&
    isCount(unjudged) &&
    WEIGHTS.some((known) => known === weights) &&
    typeof confidence === 'number' &&
    confidence > 0 &&
    confidence < 1 &&
    Array.isArray(categories) &&
    Array.isArray(counts) &&
    counts.length === categories.length &&
    counts.every(
      (row) => Array.isArray(row) && row.length === counts.length && row.every((count) => isCount(count)),
    ) &&
    // What was not judged stands nowhere else.
    counts.flat().reduce((sum: number, count) => sum + Number(count), 0) + unjudged === labels?.count;
  return isSound ? (value as Calibration) : null;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
