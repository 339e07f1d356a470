import { parseJudgement } from '../../core/formats/parse-trec.ts';
import { goldenFile } from '../golden-file.ts';
import { textLines } from '../text-lines.ts';
import type { GoldenLine } from './write-golden.ts';

/** The judgements of a file by topic, in the order of the file; problems are given to `onProblem`. */
export const readQrels = async (
  file: string,
  onProblem: (problem: { readonly line: number; readonly message: string }) => void,
): Promise<Map<string, Record<string, number>>> => {
  const topics = new Map<string, Record<string, number>>();
  for await (const entry of textLines(goldenFile(file))) {
    if (entry.kind === 'problem') {
      onProblem(entry);
      if (entry.isHopeless) break;
      continue;
    }
    const parsed = parseJudgement(entry.text);
    if (!parsed.isRead) {
      onProblem({ line: entry.line, message: parsed.message });
      continue;
    }
    const { topic, document, grade } = parsed.row;
    const grades = topics.get(topic) ?? {};
    if (Object.hasOwn(grades, document) && grades[document] !== grade)
      onProblem({
        line: entry.line,
        message: `judges ${document} for topic ${topic} a second time, and otherwise`,
      });
    Object.defineProperty(grades, document, {
      value: grade,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    topics.set(topic, grades);
  }
  return topics;
};

/** Topics and their texts, a tab between them; null where none are named: then a case asks the number of its topic. */
export const readTopics = async (file: string | null): Promise<Map<string, string> | null> => {
  if (file === null) return null;
  const topics = new Map<string, string>();
  for await (const entry of textLines(goldenFile(file))) {
    if (entry.kind === 'problem') continue;
    const [, topic, text] = /^(\S+)\t+(.*)$/.exec(entry.text) ?? [];
    if (topic !== undefined && text !== undefined) topics.set(topic, text.trim());
  }
  return topics;
};

/** One case for each topic; what is expected are the grades of its documents. */
export async function* importQrels(file: string, topicsFile: string | null): AsyncGenerator<GoldenLine> {
  const problems: GoldenLine[] = [];
  const texts = await readTopics(topicsFile);
  const topics = await readQrels(file, (problem) => problems.push({ kind: 'problem', ...problem }));
  yield* problems;
  for (const [topic, grades] of topics) {
    const text = texts === null ? topic : texts.get(topic);
    yield text === undefined
      ? { kind: 'problem', line: 1, message: `judges topic ${topic}, of which --topics has no text` }
      : { kind: 'case', line: 1, fields: { id: topic, input: text, expected: grades } };
  }
}
