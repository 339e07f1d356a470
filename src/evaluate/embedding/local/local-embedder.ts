import { isDeepStrictEqual } from 'node:util';
import type { OpenedModel } from '../../../core/evaluation/embedding/embedding-signature.ts';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import { TidegateError } from '../../../errors.ts';
import type { EmbedTexts } from '../embed-texts.ts';
import type { EmbeddedText, OnnxPackages } from './model-messages.ts';
import type { ModelProcess } from './model-process.ts';
import { startModelProcess } from './model-process.ts';

/** A model on this machine that is ready. */
export interface LocalEmbedder {
  readonly opened: OpenedModel;
  readonly embed: EmbedTexts;
  readonly close: () => Promise<void>;
}

/** References come again with every repeat and with the baseline's answer: some MB of vectors, the latest used ones. */
const MOST_KEPT = 2_000;
/** A process that ends so often without a batch in between is not started again. */
const MOST_FRUITLESS_STARTS = 3;

/**
 * Opens a model in a process of its own. Texts wait for their turn; those that wait go through it together, `batch` at most. Equal texts are worked
 * out once. A process that ends takes the texts of its batch with it, and the next batch has a new one.
 * @throws TidegateError `embedding-model-unusable`
 */
export const openLocalEmbedder = async (
  onnx: OnnxModel,
  packages: OnnxPackages,
  signal: AbortSignal,
): Promise<LocalEmbedder> => {
  const first = await startModelProcess(onnx, packages, signal);
  if ('problem' in first) throw unusable(first.problem);
  const { opened } = first;
  let running: ModelProcess | null = first;
  let hopeless: string | null = null;
  let fruitless = 0;
  let isWorking = false;
  const closing = new AbortController();
  const waiting: { readonly text: string; readonly settle: (embedded: EmbeddedText) => void }[] = [];
  // Also of texts whose turn has not come. In the order of their last use.
  const kept = new Map<string, Promise<EmbeddedText>>();

  const begin = async (): Promise<ModelProcess | { readonly problem: string }> => {
    const started = running ?? (await startModelProcess(onnx, packages, closing.signal));
    if ('problem' in started) return started;
    // At once, so that an end of the run before its first answer ends it too.
    running = started;
    if (!closing.signal.aborted && isDeepStrictEqual(started.opened, opened)) return started;
    await started.close();
    if (closing.signal.aborted) return { problem: 'the run has ended' };
    return { problem: 'the model or its tokenizer was changed while the run went on' };
  };
  const workOff = async (texts: readonly string[]): Promise<readonly EmbeddedText[]> => {
    const failed = (detail: string): readonly EmbeddedText[] => texts.map(() => ({ kind: 'failed', detail }));
    if (hopeless !== null) return failed(hopeless);
    const started = await begin();
    const answer =
      'problem' in started
        ? { kind: 'ended' as const, problem: started.problem }
        : await started.embed(texts);
    if (answer.kind === 'embedded') {
      fruitless = 0;
      return answer.texts;
    }
    running = null;
    fruitless += 1;
    const problem = answer.kind === 'ended' ? answer.problem : 'the model failed';
    if (fruitless >= MOST_FRUITLESS_STARTS) hopeless = problem;
    return failed(problem);
  };
  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, onnx.batch);
      const failed = (error: unknown): EmbeddedText => ({
        kind: 'failed',
        detail: error instanceof Error ? error.message : String(error),
      });
      const done = await workOff(batch.map(({ text }) => text)).catch((error: unknown) =>
        batch.map(() => failed(error)),
      );
      for (const [place, { settle }] of batch.entries())
        settle(done[place] ?? failed('the model gave too few vectors'));
    }
    isWorking = false;
  };
  const embedOne = (text: string): Promise<EmbeddedText> => {
    const found = kept.get(text);
    if (found !== undefined) {
      kept.delete(text);
      kept.set(text, found);
      return found;
    }
    const embedding = new Promise<EmbeddedText>((settle) => waiting.push({ text, settle }));
    kept.set(text, embedding);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    // What failed is tried anew when it comes again.
    void embedding.then(({ kind }) => kind === 'failed' && kept.delete(text));
    void work();
    return embedding;
  };

  return {
    opened,
    async embed(texts, asked) {
      const all = await orAborted(Promise.all(texts.map(embedOne)), asked);
      const vectors: number[][] = [];
      for (const one of all) {
        if (one.kind === 'failed') return one;
        vectors.push(Array.from(one.vector));
      }
      const isCut = all.some((one) => one.kind === 'embedded' && one.isCut);
      return { kind: 'read', answer: vectors, ...(isCut ? { cutAtTokens: opened.maxTokens } : {}) };
    },
    async close() {
      hopeless = 'the run has ended';
      closing.abort();
      await running?.close();
    },
  };
};

const unusable = (problem: string): TidegateError =>
  new TidegateError('embedding-model-unusable', `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`);

const orAborted = <Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
