import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** What a handshake needs of a certificate and its key, in PEM. */
export interface TlsMaterial {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** TLS 1.2 with forward secrecy and authenticated encryption alone, and what TLS 1.3 has. */
const HARDENED = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const satisfies SecureContextOptions;

export const contextOptions = ({ certificatePem, keyPem }: TlsMaterial): SecureContextOptions => ({
  ...HARDENED,
  cert: certificatePem,
  key: keyPem,
});

/** @throws what OpenSSL does not take: a broken second certificate, a key that is too short. */
export const contextOf = (material: TlsMaterial): SecureContext =>
  createSecureContext(contextOptions(material));
