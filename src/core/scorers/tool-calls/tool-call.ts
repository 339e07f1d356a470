/** One call of a tool, as a model asks for it. */
export interface ToolCall {
  readonly name: string;
  /** A JSON value; null where the arguments were no JSON. */
  readonly arguments: unknown;
}

export interface ToolCallsCase {
  /** In the order in which they should be made. */
  readonly expected: readonly ToolCall[];
  /** In the order in which they were made. */
  readonly called: readonly ToolCall[];
}
