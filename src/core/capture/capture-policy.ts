import type { PersonalData } from '../scorers/safety/personal-data.ts';

/** Which requests of a service leave their bodies behind, and what is taken out of them first. */
export interface CapturePolicy {
  /** Part of the requests that is captured, 0 to 1, drawn by the invocation's id. */
  readonly share: number;
  /** Those that fail (5xx, broken off) are captured as well, whatever the draw says. */
  readonly hasFailed: boolean;
  /** Of each body, as it is stored. */
  readonly bodyBytesAtMost: number;
  /** Nothing is kept longer. */
  readonly keepForMs: number;
  /** Of all captures of the service in an environment; beyond it the oldest go first. */
  readonly totalBytesAtMost: number;
  /** Lower-case names of headers that are stored, of requests and answers. */
  readonly headers: readonly string[];
  readonly redact: RedactionPolicy;
}

/** What is taken out, beside credentials, which always are. */
export interface RedactionPolicy {
  /** JSON pointers into requests; a step `*` stands for any one member or index. */
  readonly request: readonly string[];
  /** JSON pointers into answers. */
  readonly response: readonly string[];
  /** Names of members whose values go, wherever they stand; case, `_` and `-` make no difference. */
  readonly fields: readonly string[];
  readonly personalData: readonly PersonalData[];
}
