import type { CapturePolicy } from '../capture/capture-policy.ts';
import type { Digest } from '../digest.ts';
import type { BatchingPolicy } from '../routing/batching-policy.ts';
import type { CachePolicy } from '../routing/cache-policy.ts';
import type { ProviderUse } from '../routing/provider.ts';
import type { Sticky } from '../routing/sticky.ts';
import type { AnswerComparison, Protocol, UpstreamCare, UpstreamTimeouts } from '../routing/table.ts';
import type { ServiceTelemetry } from '../routing/telemetry-spec.ts';
import type { UpstreamTls } from '../routing/upstream-tls.ts';

/** What a release is, as sealed: canonical JSON of this value is what its digest is the SHA-256 of. */
export interface ReleaseManifest {
  readonly schema: 'tidegate.release/v1';
  readonly service: string;
  /** Semantic version, without a leading v. */
  readonly version: string;
  readonly protocol: Protocol;
  /** Sorted by name. */
  readonly components: readonly Component[];
  readonly serving: RunSpec | ExternalSpec;
  readonly traffic: TrafficSpec;
  /** Null when the service has no golden set. */
  readonly evaluation: EvaluationSpec | null;
  /** Sealed differences between environments, by environment name. */
  readonly overlays: Readonly<Record<string, Overlay>>;
  readonly lineage: Lineage;
}

export type ComponentKind = 'code' | 'model' | 'prompt' | 'index' | 'data' | 'config';

export interface Component {
  readonly name: ComponentKind;
  /** Where the files stand below the release's directory; `.` for code. */
  readonly path: string;
  /** Digest of the canonical file list (`FileTree`). */
  readonly digest: Digest;
  readonly files: number;
  readonly bytes: number;
}

/** The bytes behind a component: every file by path (POSIX, relative, sorted), mode bit and digest. */
export interface FileTree {
  readonly schema: 'tidegate.tree/v1';
  readonly files: readonly {
    readonly path: string;
    readonly digest: Digest;
    readonly bytes: number;
    readonly executable: boolean;
  }[];
}

export interface RunSpec {
  readonly kind: 'process';
  /** Run through `sh -c` in the release's directory. */
  readonly command: string;
  readonly install: string | null;
  readonly replicas: number;
  readonly env: Readonly<Record<string, string>>;
  /** Variable name to reference (`env:NAME` or `file:PATH`), resolved when a replica starts, never stored. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  readonly stopGraceMs: number;
  readonly limits: { readonly memoryBytes: number | null; readonly cpus: number | null };
  /** Checked before a replica starts: the release runs on what it was sealed with. */
  readonly interpreter: { readonly name: string; readonly version: string } | null;
  readonly platform: { readonly os: string; readonly arch: string };
}

export interface ExternalSpec {
  readonly kind: 'external';
  readonly address: string;
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  /** What `GET path` answered when the release was sealed; a change is reported. */
  readonly fingerprint: { readonly path: string; readonly digest: Digest } | null;
  /** Absent: the machine's authorities, and the name in the address. */
  readonly tls?: UpstreamTls;
  /** Absent: asked as clients ask. */
  readonly provider?: ProviderUse;
}

export interface TrafficSpec {
  readonly sticky: Sticky | null;
  readonly repeatable: boolean;
  readonly timeouts: UpstreamTimeouts;
  /** Absent: nothing is done about addresses that fail. */
  readonly care?: UpstreamCare;
  /** Services whose stable answers, in this order, when this one cannot. Absent: none. */
  readonly fallback?: readonly string[];
  /** Absent: nothing is answered without asking. */
  readonly cache?: CachePolicy;
  /** Absent: every request is sent by itself. */
  readonly batching?: BatchingPolicy;
  /** Absent: no bodies of requests and answers are kept. */
  readonly capture?: CapturePolicy;
  /** Absent: requests tell nothing about themselves. */
  readonly telemetry?: ServiceTelemetry;
  readonly compare: AnswerComparison | null;
  /** Null: the 99th percentile of stable when the rollout starts. */
  readonly slowMs: number | null;
  readonly feedbackWithinMs: number;
  /** A fresh replica is slow for so long: `slow` does not count then. Absent: 0. */
  readonly warmUpMs?: number;
  /** What an answer must satisfy (guard `invalid`). */
  readonly checks?: OutputChecks;
  /** Scores a sample of the answers (guard `judge`). */
  readonly judge?: JudgeSpec;
  /** Where an answer says what it cost (guard `cost`), such as `/usage/total_tokens`; `most` and above count as the worst. */
  readonly cost?: { readonly pointer: string; readonly most: number };
  /** Feedback may carry a score from 0 to `most`, higher is better (guard `score`). */
  readonly score?: { readonly most: number };
}

/** Checks on answers with status 2xx; one that fails makes the answer invalid. */
export interface OutputChecks {
  /** Part of the answers that is checked, above 0 to 1. Drawn before the track is known. */
  readonly share: number;
  readonly checks: readonly OutputCheck[];
}

export type OutputCheck =
  /** `pointer`: only this part of the JSON answer; absent: all of it. */
  | { readonly kind: 'json-schema'; readonly schema: unknown; readonly pointer?: string }
  | { readonly kind: 'matches'; readonly pattern: string; readonly pointer?: string }
  /** CEL over `answer` (parsed JSON, else the text), `status` and `text`; must be true. */
  | { readonly kind: 'cel'; readonly expression: string }
  /** Gets the answer as the body of a POST; 200 with `{"valid": true}` passes, `false` fails, all else is no answer. */
  | { readonly kind: 'http'; readonly url: string; readonly timeoutMs: number };

/** A model behind an OpenAI-compatible address that scores answers from 0 to 1. */
export interface JudgeSpec {
  readonly address: string;
  readonly model: string;
  /** What a good answer is, in words. */
  readonly rubric: string;
  /** Scores below it are bad. */
  readonly bar: number;
  readonly share: number;
  /** Calls for one rollout and gateway process; then the guard sees nothing more. */
  readonly callsAtMost: number;
  readonly timeoutMs: number;
  /** Reference such as `env:OPENAI_API_KEY`, resolved by the gateway; null sends none. */
  readonly apiKey: string | null;
}

export interface EvaluationSpec {
  readonly golden: { readonly digest: Digest; readonly cases: number };
  readonly request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body: unknown };
  /** JSON pointer to the predicted label in the answer. */
  readonly answer: string;
  /** The label that precision and recall are about; null uses macro averages. */
  readonly positive: string | null;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Says all else of how it is asked, scored and judged. Absent: labels are compared, and requirements are the policy's alone. */
  readonly file?: SealedEvaluation;
}

/** A tidegate-eval.yaml with the files it names. */
export interface SealedEvaluation {
  /** Where it stands among them. */
  readonly path: string;
  /** Of their list (`FileTree`); the golden set is not in it. */
  readonly digest: Digest;
  /** Where the golden set belongs. */
  readonly golden: string;
  /** It requires something by itself, whatever a policy does. */
  readonly isRequiring: boolean;
  /** It has a load stage. Absent: none, as in all releases from before. */
  readonly putsUnderLoad?: true;
}

export interface Overlay {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly replicas: number | null;
  /** Overrides the environment's own strategy where its policy lets it. Opaque here; see core/rollout/strategy. */
  readonly strategy: unknown;
}

export interface Lineage {
  readonly gitCommit: string | null;
  readonly gitDirty: boolean;
  /** Digests and figures that the author declares (training data, base model, metrics). */
  readonly declared: Readonly<Record<string, string | number | boolean>>;
}
