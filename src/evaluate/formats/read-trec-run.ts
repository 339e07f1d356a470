import { basename } from 'node:path';
import type { MeasuredMetric } from '../../core/evaluation/run/run-record.ts';
import type { LeftOut } from '../../core/formats/left-out.ts';
import { parseRetrieved } from '../../core/formats/parse-trec.ts';
import { type ImportedCase, type ImportedRun, plainAnswer } from '../../core/formats/runs/imported-run.ts';
import { makeScorer, SCORERS } from '../../core/scorers/registry.ts';
import type { ScoredDocument } from '../../core/scorers/retrieval/trec-order.ts';
import { trecOrder } from '../../core/scorers/retrieval/trec-order.ts';
import { goldenFile } from '../golden-file.ts';
import { textLines } from '../text-lines.ts';
import { readQrels, readTopics } from './import-qrels.ts';
import { unusableImport } from './unusable-import.ts';

/** What is computed of a run, with the options that `tidegate eval run` takes when none are written. */
const MEASURES = ['ndcg', 'map', 'mrr', 'recall_at', 'precision_at'] as const;

export interface TrecRun {
  readonly run: ImportedRun;
  readonly leftOut: readonly LeftOut[];
  /** How the scores were computed: as `tidegate eval run` does, so that such runs can be compared with these. */
  readonly measured: ReadonlyMap<
    string,
    { readonly measured: MeasuredMetric; readonly range: readonly [number, number] }
  >;
}

/** A run of a retrieval system, scored by judgements. A judged topic of which the run has nothing scores 0, as in trec_eval -c. @throws `import-unusable` */
export const readTrecRun = async (
  file: string,
  qrels: string,
  topicsFile: string | null,
): Promise<TrecRun> => {
  const judged = await readQrels(qrels, ({ line, message }) => {
    throw unusableImport(qrels, message, { line });
  });
  const texts = await readTopics(topicsFile);
  const found = new Map<string, ScoredDocument[]>();
  const seen = new Set<string>();
  let label = basename(file);
  for await (const entry of textLines(goldenFile(file))) {
    if (entry.kind === 'problem') throw unusableImport(file, entry.message, entry);
    const { line } = entry;
    const parsed = parseRetrieved(entry.text);
    if (!parsed.isRead) throw unusableImport(file, parsed.message, { line });
    const { topic, document, score, tag } = parsed.row;
    label = tag;
    const key = `${topic} ${document}`;
    if (seen.has(key))
      throw unusableImport(file, `finds ${document} for topic ${topic} a second time`, { line });
    seen.add(key);
    const documents = found.get(topic) ?? [];
    documents.push({ id: document, score });
    found.set(topic, documents);
  }
  const scorers = MEASURES.map((name) => {
    const made = makeScorer(name);
    if (!made.isMade) throw new RangeError(made.message);
    return { name, ...made };
  });
  const cases = [...judged].map(([topic, relevance]): ImportedCase => {
    const ranked = trecOrder(found.get(topic) ?? []);
    const scores = Object.fromEntries(
      scorers.map(({ name, scorer }) => [name, scorer.ofCase?.({ ranked, relevance }) ?? null]),
    );
    const input = texts?.get(topic) ?? topic;
    const answers = [plainAnswer(ranked, scores)];
    return { id: topic, input, expected: relevance, tags: [], metadata: {}, answers };
  });
  const unjudged = [...found.keys()].filter((topic) => !judged.has(topic));
  return {
    run: { label, name: basename(qrels), program: 'trec', startedAt: null, cases },
    leftOut: unjudged.map((topic) => ({
      what: 'a topic',
      why: 'nothing judges it',
      where: `topic ${topic}`,
    })),
    measured: new Map(
      scorers.map(({ name, signature }) => [
        name,
        {
          measured: { name, signature, better: 'higher', unit: 'share', perCase: true } as const,
          range: SCORERS[name].range,
        },
      ]),
    ),
  };
};
