import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { RankingCase } from '../scorer-inputs.ts';
import type { JudgedRanking } from './judged-ranking.ts';
import { judge } from './judged-ranking.ts';

export interface RelevantOptions {
  /** Places that count; null for all. */
  readonly k: number | null;
  /** The least grade that makes a document relevant, above 0; 1 by custom. */
  readonly relevantFrom: number;
}

/** The share of the relevant documents among the first k places (`recall_k` of trec_eval); 0 when nothing is relevant. */
export const recallAt = (options: RelevantOptions): Scorer<RankingCase> =>
  ofRelevant(options, ({ hits, relevant }) => (relevant === 0 ? 0 : hits.length / relevant));

/** The share of the first k places that are relevant (`P_k`): of k, however few were found; of all found when k is null. */
export const precisionAt = (options: RelevantOptions): Scorer<RankingCase> =>
  ofRelevant(options, ({ hits, places }) => (places === 0 ? 0 : hits.length / places));

/** 1 when a relevant document is among the first k places (`success_k`), else 0. */
export const hitRate = (options: RelevantOptions): Scorer<RankingCase> =>
  ofRelevant(options, ({ hits }) => (hits.length > 0 ? 1 : 0));

/** 1 / the first place with a relevant document (`recip_rank`), 0 when there is none; its mean is the MRR. */
export const reciprocalRank = (options: RelevantOptions): Scorer<RankingCase> =>
  ofRelevant(options, ({ hits }) => (hits[0] === undefined ? 0 : 1 / (hits[0] + 1)));

/** The precisions at the places of the relevant documents, over all relevant ones (`map`, `map_cut_k`); its mean is MAP. */
export const averagePrecisionAt = (options: RelevantOptions): Scorer<RankingCase> =>
  ofRelevant(options, ({ hits, relevant }) =>
    relevant === 0 ? 0 : hits.reduce((sum, place, before) => sum + (before + 1) / (place + 1), 0) / relevant,
  );

interface Relevant {
  /** Places, from 0, of relevant documents within the cut. */
  readonly hits: readonly number[];
  readonly relevant: number;
  readonly places: number;
}

const ofRelevant = (options: RelevantOptions, score: (found: Relevant) => number): Scorer<RankingCase> => {
  if (!(options.relevantFrom > 0)) throw new RangeError('a document is relevant from a grade above 0 on');
  return meanOfCases((one) => score(relevantIn(judge(one), options)));
};

const relevantIn = ({ found, ideal }: JudgedRanking, { k, relevantFrom }: RelevantOptions): Relevant => {
  const hits: number[] = [];
  const end = Math.min(found.length, k ?? found.length);
  for (let place = 0; place < end; place += 1) if (found[place]! >= relevantFrom) hits.push(place);
  return {
    hits,
    relevant: ideal.filter((grade) => grade >= relevantFrom).length,
    places: k ?? found.length,
  };
};
