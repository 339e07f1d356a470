/**
 * The catalogue of everything that can go wrong on purpose. One entry a code: what it is called, what the reader
 * should do about it, and how it travels (HTTP status, exit code of the CLI, whether trying again can help).
 * A code never changes its meaning once released.
 */
export interface ErrorEntry {
  readonly title: string;
  /** The next step, as an imperative sentence. */
  readonly todo: string;
  readonly status: number;
  /** 1 failed, 2 usage or configuration, 3 negative verdict, 4 not allowed, 5 inconclusive. */
  readonly exit: 1 | 2 | 3 | 4 | 5;
  readonly retryable: boolean;
}

const entry = (
  title: string,
  todo: string,
  status: number,
  exit: ErrorEntry['exit'],
  retryable = false,
): ErrorEntry => ({ title, todo, status, exit, retryable });

export const catalogue = {
  // --- general
  internal: entry(
    'Something went wrong inside Tidegate',
    'Look at the control plane log and report it with the lines around this time.',
    500,
    1,
  ),
  'bad-request': entry('The request is malformed', 'Correct the request as the detail says.', 400, 2),
  'not-found': entry(
    'There is no such thing',
    'Check the name; `tidegate list services` and `tidegate list environments` show what exists.',
    404,
    2,
  ),
  conflict: entry(
    'Somebody else changed it first',
    'Look at `tidegate status` and decide again.',
    412,
    1,
    true,
  ),
  'not-now': entry('This is not possible in the present state', 'Look at `tidegate status`.', 409, 1),
  unauthenticated: entry(
    'No valid token was given',
    'Pass the token from the file that `tidegate up` names.',
    401,
    4,
  ),
  forbidden: entry('This is not allowed', 'Ask somebody who may.', 403, 4),
  'too-large': entry('It is larger than the limit', 'Make it smaller or raise the limit.', 413, 2),
  // --- configuration
  'config-invalid': entry(
    'The configuration is not valid',
    'Correct the lines named above; `tidegate validate` checks again.',
    422,
    2,
  ),
  'config-missing': entry('There is no configuration', 'Run `tidegate init` to write one.', 404, 2),
  // --- starting
  'port-in-use': entry(
    'Another program listens on this address',
    'Stop it, or choose another port in tidegate.server.yaml.',
    500,
    1,
  ),
  'certificate-unusable': entry(
    'A certificate cannot be used',
    'Correct the files that `tls` in tidegate.server.yaml names, as the detail says.',
    500,
    2,
  ),
  'already-running': entry(
    'Tidegate already runs on this directory',
    'Use the one that runs, or stop it with `tidegate down`.',
    500,
    1,
  ),
  'state-unwritable': entry(
    'The state directory cannot be written',
    'Give the user write permission, or choose another with --state.',
    500,
    1,
  ),
  'disk-full': entry(
    'The disk is full',
    'Free some space; reducing exposure still works meanwhile.',
    507,
    1,
    true,
  ),
  'state-too-new': entry(
    'This state was written by a newer Tidegate',
    'Run that version or a newer one.',
    500,
    1,
  ),
  'telemetry-broken': entry(
    'The telemetry file is damaged',
    'Move telemetry.db away and start again; running rollouts gather their evidence anew.',
    500,
    1,
  ),
  'node-too-old': entry('This Node.js is too old', 'Install Node.js 24 or newer.', 500, 2),
  'server-unreachable': entry(
    'The control plane does not answer',
    'Start it with `tidegate up`, or name another with --server.',
    503,
    1,
    true,
  ),
  'server-untrusted': entry(
    'The certificate of the control plane is not trusted',
    'Name the certificate of its authority with --ca or TIDEGATE_CA, and the control plane as its certificate does.',
    502,
    4,
  ),
  // --- ledger
  'ledger-conflict': entry('The stream has moved on', 'Read it again and decide again.', 412, 1, true),
  'ledger-broken': entry(
    'The ledger does not verify',
    'Do not append to it; restore a backup and compare.',
    500,
    1,
  ),
  'ledger-unavailable': entry(
    'The ledger cannot be written',
    'Look at the disk; exposure is not raised until it can.',
    503,
    1,
    true,
  ),
  // --- releases
  'seal-failed': entry(
    'The release could not be sealed',
    'Correct what the detail names and ship again.',
    422,
    2,
  ),
  'version-taken': entry(
    'This version exists with other contents',
    'Choose another version, or leave --version out.',
    409,
    2,
  ),
  'blob-missing': entry(
    'Bytes that the release names are not here',
    'Ship it again from its source.',
    404,
    1,
  ),
  'blob-corrupt': entry(
    'Stored bytes do not match their digest',
    'Restore them from a backup, or ship the release again.',
    500,
    1,
  ),
  'install-failed': entry(
    'The install command failed',
    'Look at its log, correct it, and ship again.',
    422,
    1,
  ),
  'platform-mismatch': entry(
    'The release was sealed for another platform or interpreter',
    'Run it where it was sealed, or ship it from here.',
    409,
    1,
  ),
  'release-invalid': entry(
    'This is not a valid release',
    'Ship it again from its source; do not use the one that came in.',
    422,
    2,
  ),
  'signature-invalid': entry(
    'The signature does not hold',
    'Do not run this release; find out where it came from.',
    422,
    1,
  ),
  'key-unusable': entry(
    'The signing key cannot be used',
    'Restore the key file from a backup, or correct its permissions to 0600.',
    500,
    1,
  ),
  'key-missing': entry(
    'A judge has no key',
    'Set the variable where `tidegate up` runs and start that again, or name a file in traffic.judge.apiKey.',
    422,
    2,
  ),
  // --- rollouts
  'no-rollback-target': entry(
    'There is no earlier release to go back to',
    'Ship a good release instead.',
    409,
    1,
  ),
  'rollout-running': entry(
    'A rollout is already running there',
    'Wait for it, abort it, or let the policy supersede it.',
    409,
    1,
  ),
  'evaluation-unusable': entry('The golden set cannot be used', 'Correct the lines named above.', 422, 2),
  'not-recorded': entry(
    'The recording has no answer',
    'Record what is missing: `tidegate eval run --record FILE`.',
    422,
    2,
  ),
  'import-unusable': entry(
    'The file cannot be imported',
    'Correct what is named above, or say what kind of file it is with --as.',
    422,
    2,
  ),
  'judge-uncalibrated': entry(
    'A judge may not decide that was not shown to agree with people',
    'Run `tidegate eval calibrate` with labels of people, or lower `leastKappa`.',
    422,
    2,
  ),
  'onnx-not-installed': entry(
    'The packages that run a model here are not installed',
    'Run `npm install --ignore-scripts onnxruntime-node @huggingface/tokenizers` in the folder where Tidegate is started, or beside Tidegate.',
    422,
    2,
  ),
  'embedding-model-unusable': entry(
    'The embedding model cannot be used',
    'Name a sentence model that was exported to one ONNX file, its tokenizer.json and its pooling; docs/judges.md says what is read.',
    422,
    2,
  ),
  'data-unreadable': entry(
    'The data cannot be read',
    'Name a CSV, Parquet or JSON lines file that can be read to its end.',
    422,
    2,
  ),
  'run-file-broken': entry(
    'This is not the file of an evaluation, or it is damaged',
    'Name another one, or run the evaluation again; only the last line may be unfinished.',
    422,
    1,
  ),
  // --- gateway
  'no-routes': entry(
    'This gateway has not been given any routes yet',
    'Start the control plane; the gateway asks for its routes by itself.',
    503,
    1,
    true,
  ),
  'service-unknown': entry(
    'There is no such service here',
    'Check the name; `tidegate list services` shows what was shipped.',
    404,
    2,
  ),
  'nothing-exposed': entry(
    'No release of this service takes traffic',
    'Ship a release, or look at `tidegate status`.',
    503,
    1,
    true,
  ),
  'key-refused': entry(
    'No valid API key was given',
    'Send the key as `authorization: Bearer ...` or `x-api-key`.',
    401,
    4,
  ),
  'token-refused': entry(
    'The token is not valid here',
    'Get a new token from its issuer, for the audience that this gateway expects.',
    401,
    4,
  ),
  'token-not-enough': entry(
    'The token does not permit this',
    'Ask whoever runs the issuer for what `gateway.identity` demands in `requires`.',
    403,
    4,
  ),
  'tokens-unverifiable': entry(
    'Tokens cannot be verified now',
    'Try again; if it stays so, the log of the gateway says why the signing keys cannot be had.',
    503,
    4,
    true,
  ),
  'rate-limited': entry(
    'The rate of requests, tokens or dollars is over its limit',
    'Wait as long as the header `retry-after` says.',
    429,
    4,
  ),
  'budget-spent': entry(
    'The budget is spent',
    'Raise the budget, or wait until its period ends, as the header `retry-after` says.',
    402,
    4,
  ),
  overloaded: entry(
    'Too many requests are being worked on',
    'Try again after the seconds that the header `retry-after` says.',
    503,
    4,
  ),
  'upstream-failed': entry(
    'The service did not answer',
    'Try again; `tidegate logs` shows what the service says.',
    502,
    1,
    true,
  ),
  'upstream-key': entry(
    'The provider of the service cannot be asked with our key',
    'Set what `external.apiKey` refers to for the control plane, or correct the file it names.',
    502,
    1,
  ),
  'upstream-timeout': entry(
    'The service took too long to answer',
    'Try again, or raise the time-outs of the service.',
    504,
    1,
    true,
  ),
  draining: entry('This gateway is shutting down', 'Try again; another process takes over.', 503, 1, true),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof catalogue;

/** Where in a file an error lies; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** An expected failure. `message` is one sentence that says what and why; `todo` says what to do. */
export class TidegateError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  /** Machine-readable particulars, safe to show: never a secret. */
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; place?: Place; data?: Record<string, unknown>; todo?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TidegateError';
    this.code = code;
    this.place = options.place;
    this.data = options.data;
    this.todo = options.todo ?? catalogue[code].todo;
  }

  readonly todo: string;
}

export const isTidegateError = (error: unknown, code?: ErrorCode): error is TidegateError =>
  error instanceof TidegateError && (code === undefined || error.code === code);
