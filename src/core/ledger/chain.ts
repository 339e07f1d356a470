import { createHash } from 'node:crypto';

/** Stands before the first record: 32 zero bytes. */
export const genesisHash: Uint8Array = new Uint8Array(32);

/** The hash of a record: SHA-256 over the 32 bytes of the hash before it, then the record's canonical bytes. */
export const nextHash = (previousHash: Uint8Array, record: Uint8Array): Uint8Array =>
  createHash('sha256').update(previousHash).update(record).digest();

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
