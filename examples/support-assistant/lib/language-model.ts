import { getLlama, LlamaChatSession, type LlamaContextSequence, resolveChatWrapper } from 'node-llama-cpp';

export interface Turn {
  readonly system: string;
  readonly question: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Ends the turn early: its client has left. */
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

export interface Spoken {
  readonly text: string;
  readonly isCutShort: boolean;
  /** All of the prompt, also what the model still knew from the turn before. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface LanguageModel {
  /** Answers one turn. Turns beyond `atOnce` wait for their place. */
  speak(turn: Turn): Promise<Spoken>;
}

/** Loads a GGUF file on the processor. `threads`: default 1; more of them wait for each other in a loop where the machine has other work. */
export const openLanguageModel = async (
  file: string,
  { atOnce, threads = 1 }: { atOnce: number; threads?: number },
): Promise<LanguageModel> => {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    logLevel: 'error',
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: file });
  // Left to the session, this is found out anew for each turn, which takes as long as the answer itself.
  const chatWrapper = resolveChatWrapper(model);
  const context = await model.createContext({ sequences: atOnce, contextSize: 1_024, threads });
  const free: LlamaContextSequence[] = Array.from({ length: atOnce }, () => context.getSequence());
  const waiting: ((sequence: LlamaContextSequence) => void)[] = [];

  const take = (): Promise<LlamaContextSequence> => {
    const sequence = free.pop();
    return sequence === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(sequence);
  };
  const give = (sequence: LlamaContextSequence): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(sequence);
    else next(sequence);
  };

  return {
    async speak({ system, question, temperature, maxTokens, signal, onText }) {
      const contextSequence = await take();
      try {
        signal.throwIfAborted();
        const before = contextSequence.tokenMeter.getState();
        const session = new LlamaChatSession({
          contextSequence,
          chatWrapper,
          systemPrompt: system,
          autoDisposeSequence: false,
        });
        const { responseText, stopReason } = await session.promptWithMeta(question, {
          temperature,
          maxTokens,
          signal,
          stopOnAbortSignal: false,
          onTextChunk: onText,
        });
        const { usedOutputTokens } = contextSequence.tokenMeter.diff(before);
        const inputTokens = contextSequence.nextTokenIndex - usedOutputTokens;
        session.dispose({ disposeSequence: false });
        return {
          text: responseText,
          isCutShort: stopReason === 'maxTokens',
          inputTokens,
          outputTokens: usedOutputTokens,
        };
      } finally {
        // The state stays as it is: the next turn goes on from the first token that differs, so the system prompt is read once.
        give(contextSequence);
      }
    },
  };
};
