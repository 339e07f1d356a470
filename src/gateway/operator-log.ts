/** Where a gateway says what operators should know: `pino` fits. */
export interface OperatorLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}
