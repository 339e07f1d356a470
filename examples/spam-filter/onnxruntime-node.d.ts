/**
 * The part of onnxruntime-node that the examples use, so that types can be checked where the package is not installed.
 * Only a default export: it is a CommonJS package whose names Node cannot see from an ES module.
 */
declare module 'onnxruntime-node' {
  class Tensor {
    constructor(type: 'int32', data: Int32Array, shape: readonly number[]);
    constructor(type: 'float32', data: Float32Array, shape: readonly number[]);
    constructor(type: 'int64', data: BigInt64Array, shape: readonly number[]);
    readonly data: unknown;
    readonly dims: readonly number[];
  }
  class InferenceSession {
    static create(
      file: string,
      options: { intraOpNumThreads: number; interOpNumThreads: number },
    ): Promise<InferenceSession>;
    run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    release(): Promise<void>;
  }
  const onnxruntime: { Tensor: typeof Tensor; InferenceSession: typeof InferenceSession };
  export default onnxruntime;
}
