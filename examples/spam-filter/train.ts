import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mailFeatures } from './lib/mail-features.ts';
import { mailText } from './lib/mail-text.ts';
import { type Mail, readCorpus } from './training/corpus.ts';
import {
  type LogisticModel,
  spamProbability,
  type TrainingExample,
  trainLogisticRegression,
} from './training/logistic-regression.ts';
import { onnxModel } from './training/onnx.ts';
import { randomFrom, shuffled } from './training/seeded-random.ts';

export type TrainingCorpus = 'early' | 'later' | 'all';

export interface TrainOptions {
  /** Which collection period to learn from. Default `all`. */
  corpus?: TrainingCorpus;
  /** Deal the labels out at random: a model that learned nothing, but looks like any other file. Default false. */
  shuffleLabels?: boolean;
  /** Default 1. */
  seed?: number;
  /** Number of buckets, a power of two. Default 65,536. */
  hashSize?: number;
}

/** What is written beside the weights. It holds no time stamp: the same training gives the same bytes. */
export interface ModelCard {
  hashSize: number;
  /** A mail counts as spam from this probability on. */
  threshold: number;
  training: {
    corpus: TrainingCorpus;
    seed: number;
    shuffledLabels: boolean;
    mails: number;
    /** `sha256:` over id, label used and text of every training mail, in order. */
    dataDigest: string;
  };
  /** Share of right answers, 0 to 1, on mails of each period that no model trains on. */
  heldOut: Record<'early' | 'later', { mails: number; accuracy: number }>;
}

export interface TrainedModel {
  model: LogisticModel;
  card: ModelCard;
}

/** Trains on the mails set aside for training (never on golden or live ones). Deterministic in its options. */
export function trainModel(options: TrainOptions = {}): TrainedModel {
  const { corpus = 'all', shuffleLabels = false, seed = 1, hashSize = 65_536 } = options;
  const mails = readCorpus();
  const chosen = mails.filter((mail) => mail.use === 'train' && (corpus === 'all' || mail.period === corpus));
  const labels = chosen.map((mail) => mail.label);
  const usedLabels = shuffleLabels ? shuffled(labels, randomFrom(seed)) : labels;
  const examples: TrainingExample[] = chosen.map((mail, at) => ({
    row: mailFeatures(mailText(mail.text), hashSize),
    isSpam: usedLabels[at] === 'spam',
  }));
  const model = trainLogisticRegression(examples, { hashSize, seed });

  const dataDigest = createHash('sha256');
  for (const [at, mail] of chosen.entries()) {
    dataDigest.update(JSON.stringify([mail.id, usedLabels[at], mail.text]));
  }
  const heldOut = (period: Mail['period']) =>
    accuracyOn(
      model,
      hashSize,
      mails.filter((mail) => mail.use !== 'train' && mail.period === period),
    );
  return {
    model,
    card: {
      hashSize,
      threshold: 0.5,
      training: {
        corpus,
        seed,
        shuffledLabels: shuffleLabels,
        mails: chosen.length,
        dataDigest: `sha256:${dataDigest.digest('hex')}`,
      },
      heldOut: { early: heldOut('early'), later: heldOut('later') },
    },
  };
}

function accuracyOn(model: LogisticModel, hashSize: number, mails: readonly Mail[]) {
  const right = mails.filter((mail) => {
    const isSpam = spamProbability(model, mailFeatures(mailText(mail.text), hashSize)) >= 0.5;
    return isSpam === (mail.label === 'spam');
  });
  return { mails: mails.length, accuracy: right.length / mails.length };
}

/** Writes `model.onnx` and `model.json` into the folder, which is made if missing. */
export function writeModel(folder: string, { model, card }: TrainedModel): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), onnxModel(model));
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
}

const USAGE = `Usage: node train.ts [--corpus early|later|all] [--shuffle-labels] [--seed N] [--out DIR]
  Trains the spam filter and writes model.onnx and model.json into DIR (default: model).`;

function main(): void {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string', default: 'all' },
      'shuffle-labels': { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'model' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void console.log(USAGE);
  const seed = Number(values.seed);
  if (!isTrainingCorpus(values.corpus) || !Number.isSafeInteger(seed)) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const startedMs = performance.now();
  readCorpus();
  const readMs = performance.now();
  const trained = trainModel({ corpus: values.corpus, shuffleLabels: values['shuffle-labels'], seed });
  const trainedMs = performance.now();
  writeModel(values.out, trained);
  console.log(JSON.stringify(trained.card, null, 2));
  console.error(
    `Read the corpus in ${Math.round(readMs - startedMs)} ms, trained and checked in ${Math.round(trainedMs - readMs)} ms, wrote ${values.out}/.`,
  );
}

function isTrainingCorpus(name: string): name is TrainingCorpus {
  return name === 'early' || name === 'later' || name === 'all';
}

if (import.meta.main) main();
