import './reflect-metadata.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import type { TlsFiles } from '../http/tls-pair.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface Authority {
  /** Its certificate in PEM: what clients are to trust. */
  readonly pem: string;
  /** The same as a file. */
  readonly file: string;
  readonly directory: string;
  issue(options?: IssueOptions): Promise<Issued>;
  /** Issues a certificate and writes it, and its key, into two files. */
  files(name: string, options?: IssueOptions): Promise<TlsFiles>;
  remove(): void;
}

export interface IssueOptions {
  /** DNS names; addresses are added. Default: localhost. */
  readonly names?: readonly string[];
  readonly ips?: readonly string[];
  /** From now; default from one day ago to 30 days ahead. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

let serial = 0;

/** A certificate authority of a test, in a directory of its own. */
export async function openAuthority(): Promise<Authority> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tidegate-certificates-'));
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: 'CN=Test authority',
    notBefore: new Date(Date.now() - 400 * DAY_MS),
    notAfter: new Date(Date.now() + 400 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const pem = root.toString('pem');
  const file = path.join(directory, 'authority.pem');
  writeFileSync(file, pem);
  const issue = async (options: IssueOptions = {}): Promise<Issued> => {
    const { names = ['localhost'], ips = ['127.0.0.1'], fromMs = -DAY_MS, toMs = 30 * DAY_MS } = options;
    const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: nextSerial(),
      subject: `CN=${names[0] ?? 'nameless'}`,
      issuer: root.subject,
      notBefore: new Date(Date.now() + fromMs),
      notAfter: new Date(Date.now() + toMs),
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: 'dns' as const, value })),
          ...ips.map((value) => ({ type: 'ip' as const, value })),
        ]),
      ],
    });
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', own.privateKey));
    return {
      certificate: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    };
  };
  return {
    pem,
    file,
    directory,
    issue,
    async files(name, options) {
      const files = {
        certificate: path.join(directory, `${name}.pem`),
        key: path.join(directory, `${name}-key.pem`),
      };
      const issued = await issue(options);
      writeFileSync(files.key, issued.key, { mode: 0o600 });
      writeFileSync(files.certificate, issued.certificate);
      return files;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const nextSerial = (): string => (0x1000 + ++serial).toString(16);
