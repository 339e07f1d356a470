import { z } from 'zod';
import { sentence } from './scalar.ts';

const file = (what: string) => sentence(`the path of ${what}`, 1_024);

const pair = z.strictObject({
  certificate: file('a certificate').describe(
    'PEM file, relative to this one: the certificate first, then those that lead to its root.',
  ),
  key: file('a key').describe('PEM file with its private key, without a passphrase. Best with mode 0600.'),
});

/** One certificate or several; comes out as a list. Paths come out as they were written. */
export const tlsSchema = z
  .union([pair.transform((one) => [one]), z.array(pair).min(1).max(64)])
  .describe(
    'Serve HTTPS instead of HTTP: {certificate, key}, or a list of these, of which each client is shown the one for the name it asks for. Files are watched.',
  );
