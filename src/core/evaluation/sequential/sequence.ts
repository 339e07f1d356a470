import type { MeanBet } from './mean-bet.ts';
import { playMeanBet, startMeanBet } from './mean-bet.ts';
import type {
  BoundReading,
  SequenceBound,
  SequenceCase,
  SequenceReading,
  SequenceSpec,
} from './sequence-spec.ts';

export interface Sequence {
  readonly spec: SequenceSpec;
  readonly bets: readonly BoundBets[];
  cases: number;
  errors: number;
}

interface BoundBets {
  readonly kept: MeanBet;
  readonly broken: MeanBet;
  /** That the bound is about, and how many of these ended in an error. */
  cases: number;
  errors: number;
}

/**
 * Starts an evaluation that may stop at any case.
 *
 * `about: 'population'`: the cases are a sample of what people ask, and the bounds are about all of that. This is what an evaluation
 * that does not stop early says too, so stopping never changes what a verdict means. It may end `inconclusive`.
 * `about: 'set'`: the bounds are about the mean over exactly these cases, every one of them. What was asked is no longer
 * open, so it settles sooner, most of all when half of the set is done, and after the last case it is settled in any case (unless cases ended
 * in errors). It says nothing about other cases.
 *
 * Where a bound is broken, `pass` comes with a probability of at most `wrongPassShare`; where all are kept, `fail` with at most
 * `wrongFailShare`, however many bounds there are and however often one looks. All bounds must be shown to be kept, and the
 * broken one is among them, so each is held to the full share; one that is broken suffices, so that share is divided by their number.
 *
 * Cases must be handed over in the drawn order, whichever answer came first: those that answer quickly may be the easy ones.
 *
 * Throws a RangeError for numbers that make no sense.
 */
export const startSequence = (spec: SequenceSpec): Sequence => {
  const cases = spec.about === 'set' ? spec.cases : null;
  if (!(Number.isInteger(spec.cases) && spec.cases >= 0))
    throw new RangeError(`a set has no ${spec.cases} cases`);
  for (const share of [spec.wrongPassShare, spec.wrongFailShare])
    if (!(share > 0 && share < 1)) throw new RangeError(`a share of wrong verdicts cannot be ${share}`);
  if (!(spec.greatestWeight > 0)) throw new RangeError(`a case cannot weigh ${spec.greatestWeight} at most`);
  return {
    spec,
    bets: spec.bounds.map((bound) => {
      const limit = scaledLimit(bound);
      const kept = startMeanBet(limit, cases, true);
      return { kept, broken: startMeanBet(1 - limit, cases, false), cases: 0, errors: 0 };
    }),
    cases: 0,
    errors: 0,
  };
};

/** Takes in one case and says what follows. Throws a RangeError for values outside their range and for more cases than there are. */
export const observeCase = (
  sequence: Sequence,
  { weight, values, candidateErred = values.includes('error') }: SequenceCase,
): SequenceReading => {
  const { spec, bets } = sequence;
  if (sequence.cases >= spec.cases) throw new RangeError(`the set has ${spec.cases} cases only`);
  if (!(weight > 0 && weight <= spec.greatestWeight)) throw new RangeError(`a case cannot weigh ${weight}`);
  sequence.cases += 1;
  if (candidateErred) sequence.errors += 1;
  spec.bounds.forEach((bound, i) => {
    const own = bets[i]!;
    const { kept, broken } = own;
    const value = values[i];
    if (value === undefined) throw new RangeError('a value for each bound is needed');
    if (value !== 'outside') own.cases += 1;
    if (value === 'error') own.errors += 1;
    // Nobody knows what an error would have been, so it counts against whatever is to be shown.
    playMeanBet(
      kept,
      value === 'error' ? weighted(0, kept.bound, weight, spec) : scaled(value, bound, weight, spec),
    );
    playMeanBet(
      broken,
      value === 'error' ? weighted(0, broken.bound, weight, spec) : 1 - scaled(value, bound, weight, spec),
    );
  });
  return readSequence(sequence);
};

export const readSequence = ({ spec, bets, cases, errors }: Sequence): SequenceReading => {
  const bounds = bets.map(({ kept, broken, ...own }): BoundReading => {
    const isKept = kept.peakLogE >= -Math.log(spec.wrongPassShare);
    const isBroken = broken.peakLogE >= Math.log(bets.length / spec.wrongFailShare);
    const hasTooManyErrors = own.errors > spec.mostErrorsShare * own.cases;
    return { logEKept: kept.peakLogE, logEBroken: broken.peakLogE, isKept, isBroken, hasTooManyErrors };
  });
  const hasTooManyErrors = errors > spec.mostErrorsShare * cases;
  const isOver = cases >= spec.cases;
  const answer = bounds.some(({ isBroken }) => isBroken)
    ? 'fail'
    : spec.mayPass &&
        bounds.length > 0 &&
        !hasTooManyErrors &&
        bounds.every((bound) => bound.isKept && !bound.hasTooManyErrors)
      ? 'pass'
      : isOver
        ? 'inconclusive'
        : 'continue';
  return { answer, cases, errors, bounds };
};

/** Where the limit lies when the range is [0, 1] and high values are good. */
const scaledLimit = ({ good, limit, range: [least, greatest] }: SequenceBound): number => {
  if (!(Number.isFinite(least) && Number.isFinite(greatest) && least < greatest))
    throw new RangeError(`values from ${least} to ${greatest} are no range`);
  if (!(limit >= least && limit <= greatest))
    throw new RangeError(`${limit} is outside ${least} to ${greatest}`);
  const scaledUp = (limit - least) / (greatest - least);
  return good === 'at-least' ? scaledUp : 1 - scaledUp;
};

const scaled = (
  value: number | 'outside' | null,
  bound: SequenceBound,
  weight: number,
  spec: SequenceSpec,
): number => {
  const limit = scaledLimit(bound);
  if (value === null || value === 'outside') return limit;
  const [least, greatest] = bound.range;
  // A mean of values that stand on an end of the range may lie beyond it by what rounding adds.
  const slack = 1e-9 * (greatest - least);
  if (!(value >= least - slack && value <= greatest + slack))
    throw new RangeError(`${value} is outside ${least} to ${greatest}`);
  const up = Math.min(1, Math.max(0, (value - least) / (greatest - least)));
  return weighted(bound.good === 'at-least' ? up : 1 - up, limit, weight, spec);
};

/** The weighted mean is above the limit exactly when the plain mean of these is, and they stay within [0, 1]. */
const weighted = (value: number, limit: number, weight: number, { greatestWeight }: SequenceSpec): number =>
  limit + ((value - limit) * weight) / greatestWeight;
