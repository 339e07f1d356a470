import type { SparseRow } from '../lib/mail-features.ts';
import { randomFrom, shuffled } from './seeded-random.ts';

export interface LogisticModel {
  /** One weight per bucket. */
  weights: Float32Array;
  bias: number;
}

export interface TrainingExample {
  row: SparseRow;
  isSpam: boolean;
}

export interface TrainingOptions {
  hashSize: number;
  /** The same seed, examples and options give the same model. */
  seed: number;
  /** Passes over all examples. Default 20. */
  epochs?: number;
  /** Default 0.5. */
  learningRate?: number;
  /** Strength of the pull of weights in use towards zero. Default 1e-5. */
  l2?: number;
}

/** The probability, 0 to 1, that the row is spam: sigmoid(bias + sum of weight times value). */
export function spamProbability(model: LogisticModel, row: SparseRow): number {
  let logit = model.bias;
  for (let i = 0; i < row.indices.length; i++) logit += model.weights[row.indices[i]!]! * row.values[i]!;
  return 1 / (1 + Math.exp(-logit));
}

/**
 * Logistic regression by AdaGrad (Duchi, Hazan, Singer 2011): every bucket has its own step size, so rare words learn as fast as
 * common ones. Throws RangeError if there are no examples.
 */
export function trainLogisticRegression(
  examples: readonly TrainingExample[],
  options: TrainingOptions,
): LogisticModel {
  if (examples.length === 0) throw new RangeError('Training needs at least one example.');
  const { hashSize, epochs = 20, learningRate = 0.5, l2 = 1e-5 } = options;
  const weights = new Float32Array(hashSize);
  const squares = new Float32Array(hashSize).fill(1e-3);
  const model: LogisticModel = { weights, bias: 0 };
  let biasSquares = 1e-3;
  const order = shuffled(
    examples.map((_, index) => index),
    randomFrom(options.seed),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const index of order) {
      const { row, isSpam } = examples[index]!;
      const error = spamProbability(model, row) - (isSpam ? 1 : 0);
      for (let i = 0; i < row.indices.length; i++) {
        const bucket = row.indices[i]!;
        const gradient = error * row.values[i]! + l2 * weights[bucket]!;
        const sum = (squares[bucket]! += gradient * gradient);
        weights[bucket]! -= (learningRate * gradient) / Math.sqrt(sum);
      }
      biasSquares += error * error;
      model.bias -= (learningRate * error) / Math.sqrt(biasSquares);
    }
  }
  return model;
}
