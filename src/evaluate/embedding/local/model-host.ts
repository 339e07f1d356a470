/**
 * The process of one model. The runtime blocks its thread while it works, and what native code does with a strange file may end the process: neither is
 * to be felt by the run, or by a control plane.
 */
import type { EmbeddedText, ModelOrder, ModelReply } from './model-messages.ts';
import type { SentenceModel } from './sentence-model.ts';
import { firstLine, openSentenceModel, UnusableModel } from './sentence-model.ts';

let model: SentenceModel | null = null;

const replyTo = async (order: ModelOrder): Promise<ModelReply> => {
  if (order.kind === 'open') {
    try {
      model = await openSentenceModel(order.onnx, order.packages);
      return { kind: 'opened', opened: model.opened };
    } catch (error) {
      if (error instanceof UnusableModel) return { kind: 'unusable', problem: error.message };
      throw error;
    }
  }
  if (model === null) throw new RangeError('no model is open');
  return { kind: 'embedded', texts: await embedded(model, order.texts) };
};

/** Where a batch fails, each text is tried alone: one that cannot be read spoils no other. */
const embedded = async (from: SentenceModel, texts: readonly string[]): Promise<readonly EmbeddedText[]> => {
  try {
    return await from.embed(texts);
  } catch (error) {
    if (texts.length === 1) return [{ kind: 'failed', detail: `the model failed: ${firstLine(error)}` }];
    const alone: EmbeddedText[] = [];
    for (const text of texts) alone.push(...(await embedded(from, [text])));
    return alone;
  }
};

// An interrupt of the terminal reaches this process, too; whether the run ends is decided there.
process.on('SIGINT', () => {});
process.on('message', (order: ModelOrder) => {
  void replyTo(order).then((reply) => {
    if (process.connected) process.send?.(reply);
  });
});
