import type { CapturePolicy, RedactionPolicy } from '../../../core/capture/capture-policy.ts';
import { PERSONAL_DATA } from '../../../core/scorers/safety/personal-data.ts';

/** Captures every request, with the redaction of a service that says nothing about it. */
export const capturePolicy = ({
  redact,
  ...overrides
}: Partial<Omit<CapturePolicy, 'redact'>> & {
  readonly redact?: Partial<RedactionPolicy>;
} = {}): CapturePolicy => ({
  share: 1,
  hasFailed: false,
  bodyBytesAtMost: 64 * 1024,
  keepForMs: 7 * 86_400_000,
  totalBytesAtMost: 64 * 1024 * 1024,
  headers: [],
  ...overrides,
  redact: { request: [], response: [], fields: [], personalData: PERSONAL_DATA, ...redact },
});
