/** A certificate that a server of ours shows to clients, as it is in use, which need not be what its files hold by now. */
export interface CertificateState {
  /** Path of the file with the certificate. */
  readonly file: string;
  /** Names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SHA-256, in upper-case hexadecimal with colons, as other tools print it. */
  readonly fingerprint: string;
  /** Why what the files hold now is not in use, or how the key lies open; null when all is well. The dates are not in it. */
  readonly problem: string | null;
}

const DAY_MS = 86_400_000;

/** Whole days until the end, rounded down; negative once it has expired. */
export const daysLeft = ({ notAfterMs }: Pick<CertificateState, 'notAfterMs'>, nowMs: number): number =>
  Math.floor((notAfterMs - nowMs) / DAY_MS);
