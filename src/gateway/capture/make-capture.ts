import type { Capture, CapturedBody, LeftOutBody } from '../../core/capture/capture.ts';
import type { CapturePolicy } from '../../core/capture/capture-policy.ts';
import { placePattern } from '../../core/capture/place-pattern.ts';
import { redactTarget } from '../../core/capture/redact-target.ts';
import { openTextRedactor } from '../../core/capture/redact-text.ts';
import { mayStoreHeader, type NameRules, nameRules } from '../../core/capture/sensitive-name.ts';
import { expiryHour, hourStartsAtMs } from './capture-files.ts';
import { keyDigest } from './erase-captures.ts';
import { type BodyRules, viewBody, type WireBody } from './view-body.ts';

/** What is known of an invocation that is to be captured, nothing taken out yet. It never leaves the process. */
export interface RawCapture {
  readonly policy: CapturePolicy;
  readonly invocation: string;
  readonly atMs: number;
  readonly environment: string;
  readonly service: string;
  readonly release: string | null;
  readonly keyId: string | null;
  readonly why: Capture['why'];
  readonly ending: string;
  readonly method: string;
  readonly target: string;
  readonly request: RawMessage;
  readonly status: number;
  readonly response: RawMessage;
}

export interface RawMessage {
  /** Those of the policy, and what says how the body is to be read. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there was none, or it is left out. */
  readonly body: WireBody | null;
  readonly leftOut: { readonly why: LeftOutBody; readonly bytes: number | null } | null;
}

export function makeCapture(raw: RawCapture): Capture {
  const { policy, atMs } = raw;
  const redactor = openTextRedactor(policy.redact.personalData);
  const names = nameRules(policy.redact.fields, policy.redact.personalData);
  const view = ({ body, leftOut }: RawMessage, pointers: readonly string[]): CapturedBody => {
    if (leftOut !== null) return { kind: 'left-out', ...leftOut };
    return body === null ? { kind: 'none' } : viewBody(body, bodyRules(policy, pointers, names), redactor);
  };
  const headersOf = ({ headers }: RawMessage): Record<string, string> =>
    Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => mayStoreHeader(name))
        .map(([name, value]) => [name, redactor.redact(value)]),
    );
  const hour = expiryHour(atMs, policy.keepForMs);
  return {
    schema: 'tidegate.capture/v1',
    invocation: raw.invocation,
    at: new Date(atMs).toISOString(),
    expiresAt: new Date(hourStartsAtMs(hour)!).toISOString(),
    environment: raw.environment,
    service: raw.service,
    release: raw.release,
    keyDigest: raw.keyId === null ? null : keyDigest(raw.keyId),
    why: raw.why,
    ending: raw.ending,
    request: {
      method: raw.method,
      path: redactTarget(raw.target, names, redactor),
      headers: headersOf(raw.request),
      body: view(raw.request, policy.redact.request),
    },
    response: {
      status: raw.status,
      headers: headersOf(raw.response),
      body: view(raw.response, policy.redact.response),
    },
    redacted: { ...redactor.counts },
  };
}

const bodyRules = (
  { bodyBytesAtMost, redact }: CapturePolicy,
  pointers: readonly string[],
  names: NameRules,
): BodyRules => ({
  places: pointers.map(placePattern),
  names,
  needsJson: pointers.length > 0 || redact.fields.length > 0,
  bytesAtMost: bodyBytesAtMost,
});
