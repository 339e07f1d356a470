import type { TlsFiles } from '../http/tls-pair.ts';

/** Certificates with which every gateway of this test file speaks HTTPS, unless it is given its own; null: plain HTTP. */
export const overTls: { files: readonly TlsFiles[] | null } = { files: null };
