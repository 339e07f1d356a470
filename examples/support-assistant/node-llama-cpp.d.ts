/** The part of node-llama-cpp used here, so that types can be checked where the package is not installed. */
declare module 'node-llama-cpp' {
  export interface TokenMeterState {
    readonly usedInputTokens: number;
    readonly usedOutputTokens: number;
  }
  export interface LlamaContextSequence {
    readonly tokenMeter: {
      getState(): TokenMeterState;
      diff(before: TokenMeterState): TokenMeterState;
    };
    /** How many tokens the sequence holds. */
    readonly nextTokenIndex: number;
  }
  interface LlamaContext {
    getSequence(): LlamaContextSequence;
  }
  interface LlamaModel {
    createContext(options: {
      sequences: number;
      contextSize: number;
      threads: number;
    }): Promise<LlamaContext>;
  }
  interface Llama {
    loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  }
  export function getLlama(options: {
    gpu: false;
    build: 'never';
    logLevel: 'error';
    maxThreads: number;
  }): Promise<Llama>;
  /** How a model wants turns to be written. */
  export interface ChatWrapper {
    readonly wrapperName: string;
  }
  export function resolveChatWrapper(model: LlamaModel): ChatWrapper;
  export class LlamaChatSession {
    constructor(options: {
      contextSequence: LlamaContextSequence;
      chatWrapper: ChatWrapper;
      systemPrompt: string;
      autoDisposeSequence: boolean;
    });
    promptWithMeta(
      question: string,
      options: {
        temperature: number;
        maxTokens: number;
        signal: AbortSignal;
        stopOnAbortSignal: boolean;
        onTextChunk: (text: string) => void;
      },
    ): Promise<{ responseText: string; stopReason: string }>;
    dispose(options: { disposeSequence: boolean }): void;
  }
}
