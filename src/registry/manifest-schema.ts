import { z } from 'zod';
import { CHECK_LIMITS } from '../config/check-limits.ts';
import { type Digest, isDigest } from '../core/digest.ts';
import { canonicalText, parseCanonical } from '../core/ledger/canonical.ts';
import { compareCodeUnits } from '../core/release/file-tree.ts';
import type { FileTree, ReleaseManifest } from '../core/release/manifest.ts';
import { pathListProblem, releasePathProblem } from '../core/release/release-path.ts';
import { parseVersion } from '../core/release/version.ts';
import { PROVIDER_NAMES } from '../core/routing/provider.ts';
import { PERSONAL_DATA } from '../core/scorers/safety/personal-data.ts';
import { TidegateError } from '../errors.ts';

/** What a manifest may contain at most, whoever made it. */
export const manifestLimits = {
  manifestBytes: 1024 * 1024,
  treeBytes: 64 * 1024 * 1024,
  filesPerComponent: 100_000,
  replicas: 1_000,
  /** A day: longer time-outs are a mistake. */
  durationMs: 24 * 60 * 60 * 1000,
} as const;

const digest = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'is not a sha256 digest',
);
const text = (longest: number) => z.string().max(longest);
const count = z.int().nonnegative();
const durationMs = z.number().positive().max(manifestLimits.durationMs);
const serviceName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not a service name');
const urlPath = text(2_048).regex(/^\/[^\s]*$/, 'is not a path of a URL');
const releasePath = z.string().superRefine((path, context) => {
  const problem = releasePathProblem(path);
  if (problem !== null) context.addIssue({ code: 'custom', message: `${JSON.stringify(path)} ${problem}` });
});
const httpAddress = text(2_048).refine((address) => {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
}, 'is not an http or https address without credentials');

// Names that reach into an object's prototype are harmless in C, not in JavaScript.
const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'is not the name of a variable')
  .refine((name) => name !== '__proto__', 'is not the name of a variable');
const env = z.record(
  variableName,
  text(32_768).refine((value) => !value.includes('\0'), 'contains a NUL character'),
);
const SECRET_REFERENCE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/;
const secrets = z.record(variableName, text(4_096).regex(SECRET_REFERENCE, 'is not a reference'));
const ready = z.strictObject({ path: urlPath, timeoutMs: durationMs });

const component = z.strictObject({
  name: z.enum(['code', 'model', 'prompt', 'index', 'data', 'config']),
  path: z.union([z.literal('.'), releasePath]),
  digest,
  files: z.int().nonnegative().max(manifestLimits.filesPerComponent),
  bytes: count,
});

const runSpec = z.strictObject({
  kind: z.literal('process'),
  command: text(8_192).min(1),
  install: text(8_192).min(1).nullable(),
  replicas: z.int().positive().max(manifestLimits.replicas),
  env,
  secrets,
  ready,
  stopGraceMs: z.number().nonnegative().max(manifestLimits.durationMs),
  limits: z.strictObject({
    memoryBytes: z.int().positive().nullable(),
    cpus: z.number().positive().nullable(),
  }),
  interpreter: z.strictObject({ name: text(64).min(1), version: text(128).min(1) }).nullable(),
  platform: z.strictObject({ os: text(32).min(1), arch: text(32).min(1) }),
});

const externalSpec = z.strictObject({
  kind: z.literal('external'),
  address: httpAddress,
  ready,
  fingerprint: z.strictObject({ path: urlPath, digest }).nullable(),
  tls: z
    .strictObject({
      ca: text(65_536).min(1).optional(),
      serverName: text(253).min(1).optional(),
    })
    .optional(),
  provider: z
    .strictObject({
      name: z.enum(PROVIDER_NAMES),
      model: text(256).min(1).optional(),
      apiKey: text(4_096).regex(SECRET_REFERENCE, 'is not a reference').optional(),
      apiVersion: text(64).min(1).optional(),
      translation: z.strictObject({ maxTokens: z.int().min(1).max(10_000_000) }).optional(),
    })
    .optional(),
});

const bytes = (most: number) =>
  z
    .string()
    .min(1)
    .refine((given) => Buffer.byteLength(given) <= most, `is longer than ${most} bytes`);
const pointer = text(1_024).regex(/^(\/([^~/]|~[01])*)*$/, 'is not a JSON pointer');
const sampleShare = z.number().positive().max(1);

const outputCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('json-schema'),
    // A path in its place would mean that the schema itself was never sealed.
    schema: z
      .unknown()
      .refine(
        (schema) =>
          typeof schema === 'boolean' ||
          (typeof schema === 'object' && schema !== null && !Array.isArray(schema)),
        'is not a JSON Schema',
      )
      .refine(
        (schema) => Buffer.byteLength(JSON.stringify(schema) ?? '') <= CHECK_LIMITS.schemaBytes,
        `is longer than ${CHECK_LIMITS.schemaBytes} bytes`,
      ),
    pointer: pointer.optional(),
  }),
  z.strictObject({
    kind: z.literal('matches'),
    pattern: bytes(CHECK_LIMITS.patternBytes),
    pointer: pointer.optional(),
  }),
  z.strictObject({ kind: z.literal('cel'), expression: bytes(CHECK_LIMITS.expressionBytes) }),
  z.strictObject({ kind: z.literal('http'), url: httpAddress, timeoutMs: durationMs }),
]);

const checks = z.strictObject({
  share: sampleShare,
  checks: z.array(outputCheck).min(1).max(CHECK_LIMITS.checks),
});

const judge = z.strictObject({
  address: httpAddress,
  model: text(256).min(1),
  rubric: text(CHECK_LIMITS.rubricCharacters).min(1),
  bar: z.number().min(0).max(1),
  share: sampleShare,
  callsAtMost: z.int().positive().max(CHECK_LIMITS.callsAtMost),
  timeoutMs: durationMs,
  apiKey: text(4_096).regex(SECRET_REFERENCE, 'is not a reference').nullable(),
});

const stickySource = { by: z.enum(['header', 'cookie', 'field', 'claim']), name: text(1_024).min(1) };

const capture = z.strictObject({
  share: z.number().min(0).max(1),
  hasFailed: z.boolean(),
  bodyBytesAtMost: z
    .int()
    .positive()
    .max(1024 * 1024),
  keepForMs: z
    .number()
    .positive()
    .max(366 * manifestLimits.durationMs),
  totalBytesAtMost: z.int().positive(),
  headers: z.array(text(128).min(1)).max(32),
  redact: z.strictObject({
    request: z.array(pointer).max(64),
    response: z.array(pointer).max(64),
    fields: z.array(text(128).min(1)).max(64),
    personalData: z.array(z.enum(PERSONAL_DATA)).max(PERSONAL_DATA.length),
  }),
});

const traffic = z.strictObject({
  sticky: z
    .strictObject({
      ...stickySource,
      otherwise: z.array(z.strictObject(stickySource)).min(1).max(7).optional(),
      unit: z.literal('request').optional(),
    })
    .nullable(),
  repeatable: z.boolean(),
  timeouts: z.strictObject({
    connectMs: durationMs,
    firstByteMs: durationMs,
    totalMs: durationMs,
    idleMs: durationMs,
  }),
  care: z
    .strictObject({
      retryShare: z.number().min(0).max(1),
      ejection: z
        .strictObject({
          consecutive: z.int().positive().max(1_000),
          failedShare: sampleShare,
          windowMs: durationMs,
          restMs: durationMs,
        })
        .nullable(),
      slowStartMs: z.number().nonnegative().max(manifestLimits.durationMs),
    })
    .optional(),
  fallback: z.array(serviceName).min(1).max(8).optional(),
  telemetry: z
    .strictObject({ makesTraces: z.literal(true).optional(), serverTiming: z.literal(true).optional() })
    .optional(),
  cache: z
    .strictObject({
      ttlMs: z.number().nonnegative().max(manifestLimits.durationMs),
      bytesAtMost: z.int().positive(),
      entryBytesAtMost: z.int().positive(),
      methods: z
        .array(z.enum(['GET', 'POST']))
        .min(1)
        .max(2),
      paths: z.array(text(2_048).startsWith('/')).min(1).max(64).optional(),
      vary: z.array(text(128).min(1)).max(32).optional(),
      scope: z.enum(['key', 'shared']),
      isDeterministicOnly: z.boolean(),
      hasStreams: z.boolean(),
      isCoalescing: z.boolean(),
      evidenceShare: sampleShare,
    })
    .optional(),
  batching: z
    .strictObject({
      rowsAtMost: z.int().min(2).max(65_536),
      waitMs: z.number().positive().max(10_000),
      evidenceShare: sampleShare,
    })
    .optional(),
  capture: capture.optional(),
  compare: z
    .strictObject({ pointers: z.array(text(1_024)).max(64), tolerance: z.number().nonnegative() })
    .nullable(),
  slowMs: durationMs.nullable(),
  feedbackWithinMs: z.number().nonnegative(),
  checks: checks.optional(),
  judge: judge.optional(),
  warmUpMs: durationMs.optional(),
  cost: z.strictObject({ pointer, most: z.number().positive() }).optional(),
  score: z.strictObject({ most: z.number().positive() }).optional(),
});

/** A file below the directory that is made for it. */
const innerPath = text(4_096).refine((path) => pathListProblem([path]) === null, 'is no path in a release');

const evaluation = z.strictObject({
  golden: z.strictObject({ digest, cases: z.int().positive() }),
  request: z.strictObject({ method: z.enum(['GET', 'POST']), path: urlPath, body: z.unknown() }),
  answer: text(1_024),
  positive: text(1_024).nullable(),
  concurrency: z.int().positive().max(1_024),
  timeoutMs: durationMs,
  file: z
    .strictObject({
      path: innerPath,
      digest,
      golden: innerPath,
      isRequiring: z.boolean(),
      putsUnderLoad: z.literal(true).optional(),
    })
    .refine(({ path, golden }) => path !== golden, 'names its golden set like itself')
    .optional(),
});

const overlay = z.strictObject({
  env,
  secrets,
  replicas: z.int().positive().max(manifestLimits.replicas).nullable(),
  strategy: z.unknown(),
});

const scalar = z.union([text(4_096), z.number(), z.boolean()]);
const plainName = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => name !== '__proto__', 'is not a usable name');

const manifestSchema = z.strictObject({
  schema: z.literal('tidegate.release/v1'),
  service: serviceName,
  version: z.string().refine((version) => parseVersion(version) !== null, 'is not a semantic version'),
  protocol: z.enum(['open-inference', 'openai', 'http']),
  components: z.array(component).superRefine((components, context) => {
    for (let i = 1; i < components.length; i++) {
      if (compareCodeUnits(components[i - 1]!.name, components[i]!.name) >= 0) {
        context.addIssue({ code: 'custom', message: 'are not sorted by name, or one appears twice' });
      }
    }
  }),
  serving: z.discriminatedUnion('kind', [runSpec, externalSpec]),
  traffic,
  evaluation: evaluation.nullable(),
  overlays: z.record(plainName, overlay),
  lineage: z.strictObject({
    gitCommit: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/, 'is not a commit')
      .nullable(),
    gitDirty: z.boolean(),
    declared: z.record(plainName, scalar),
  }),
});

const treeSchema = z.strictObject({
  schema: z.literal('tidegate.tree/v1'),
  files: z
    .array(z.strictObject({ path: z.string(), digest, bytes: count, executable: z.boolean() }))
    .max(manifestLimits.filesPerComponent)
    .superRefine((files, context) => {
      const problem = pathListProblem(files.map((file) => file.path));
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
      for (let i = 1; i < files.length; i++) {
        if (compareCodeUnits(files[i - 1]!.path, files[i]!.path) >= 0) {
          context.addIssue({ code: 'custom', message: 'the paths are not in order' });
          return;
        }
      }
    }),
});

/**
 * Reads a manifest that anybody may have written. `input` is the canonical bytes, or the value they stand for.
 * @throws TidegateError `release-invalid` naming the member at fault; `too-large` beyond 1 MiB.
 */
export const parseManifest = (input: unknown): ReleaseManifest =>
  parse<ReleaseManifest>('manifest', manifestSchema, input, manifestLimits.manifestBytes);

/** Reads the file list of a component in the same way; at most 100,000 files and 64 MiB. @throws `release-invalid`, `too-large` */
export const parseTree = (input: unknown): FileTree =>
  parse<FileTree>('file list', treeSchema, input, manifestLimits.treeBytes);

const parse = <T>(noun: string, schema: z.ZodType, input: unknown, maxBytes: number): T => {
  const value = input instanceof Uint8Array ? fromBytes(noun, input, maxBytes) : input;
  let result: ReturnType<typeof schema.safeParse>;
  let given: string;
  try {
    given = canonicalText(value);
    result = schema.safeParse(value);
  } catch (error) {
    throw invalid(noun, error instanceof Error ? error.message : String(error), error);
  }
  if (given.length > maxBytes) throw tooLarge(noun, maxBytes);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw invalid(noun, `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`, result.error);
  }
  // Nothing may be lost or added on the way: the digest speaks about what was given, the code runs what was parsed.
  if (canonicalText(result.data) !== given) throw invalid(noun, 'it has members that do not survive reading');
  return result.data as T;
};

const fromBytes = (noun: string, bytes: Uint8Array, maxBytes: number): unknown => {
  if (bytes.length > maxBytes) throw tooLarge(noun, maxBytes);
  const reading = parseCanonical(bytes);
  if (!reading.ok) throw invalid(noun, reading.detail);
  return reading.value;
};

const invalid = (noun: string, detail: string, cause?: unknown): TidegateError =>
  new TidegateError('release-invalid', `The release's ${noun} is not valid: ${detail}.`, { cause });

const tooLarge = (noun: string, maxBytes: number): TidegateError =>
  new TidegateError('too-large', `The release's ${noun} is larger than ${maxBytes} bytes.`);
