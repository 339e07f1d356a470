import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { GatewayTelemetry } from '../core/routing/telemetry-spec.ts';
import { type Identity, TOKEN_ALGORITHMS } from '../core/routing/trusted-issuer.ts';
import { TidegateError } from '../errors.ts';

const issuer = z.strictObject({
  name: z.string().min(1),
  issuer: z.string().min(1),
  audience: z.array(z.string()).min(1),
  keys: z.discriminatedUnion('from', [
    z.strictObject({ from: z.literal('discovery') }),
    z.strictObject({ from: z.literal('url'), url: z.url() }),
    z.strictObject({ from: z.literal('file'), path: z.string().min(1) }),
  ]),
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1),
  toleranceMs: z.number().min(0),
  requires: z.record(z.string(), z.array(z.string())),
  keyClaim: z.string().min(1),
  tierClaim: z.string().nullable(),
  isForwarded: z.boolean(),
});

const telemetry: z.ZodType<GatewayTelemetry, GatewayTelemetry> = z.strictObject({
  makesTraces: z.boolean(),
  sampleShare: z.number().min(0).max(1),
  spans: z.strictObject({ endpoint: z.url(), headers: z.record(z.string(), z.string().min(1)) }).nullable(),
});

const identity: z.ZodType<Identity> = z.strictObject({ isRequired: z.boolean(), issuers: z.array(issuer) });

const schema = z.strictObject({
  /** Of this process; unique among all gateway processes of a control plane. */
  name: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
  environment: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
  host: z.string().min(1),
  /** 0 takes any free one. */
  port: z.int().min(0).max(65_535),
  /** How many processes share the port; more than one needs a system that can (`reusePort`). */
  processes: z.int().min(1).max(256).default(1),
  /** Which of them this is, from 0: each counts its own part of the sticky keys. */
  process: z.int().min(0).max(255).default(0),
  controlSocket: z.string().min(1),
  stateDir: z.string().min(1),
  logDir: z.string().min(1),
  /** IP addresses of upstreams that would be refused otherwise: link-local ones, and those of clouds' metadata services. */
  upstreamsAllowed: z.array(z.string()).default([]),
  /** What is done about traces. Absent: they are passed on. */
  telemetry: telemetry.optional(),
  /** Whose tokens let a request in, beside API keys. Absent: nobody's. */
  identity: identity.optional(),
  /** Certificates and keys (PEM files) with which it speaks HTTPS. Absent: plain HTTP. */
  tls: z
    .array(z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }))
    .min(1)
    .max(64)
    .optional(),
  /** Of the launcher's package: a process of another one is replaced. */
  version: z.string().min(1).optional(),
  /** What reads and writes HTTP/1.1 in cleartext: Node's own server and undici, or the raw transport where it can. Absent: `standard`. */
  transport: z.enum(['standard', 'raw']).optional(),
  /** Given by the launcher, so that it knows what has ended when the process is gone; drawn at random otherwise. */
  boot: z.string().length(10).optional(),
});

/** What one gateway process is told at its start. Everything else comes as a route table. */
export type GatewayConfig = z.input<typeof schema>;
export type CheckedGatewayConfig = z.output<typeof schema>;

export async function readGatewayConfig(file: string): Promise<CheckedGatewayConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new TidegateError('config-missing', `The gateway configuration ${file} cannot be read.`, {
      cause: error,
    });
  }
  try {
    return checkGatewayConfig(JSON.parse(text));
  } catch (error) {
    throw new TidegateError('config-invalid', `The gateway configuration ${file} is not valid.`, {
      cause: error,
      place: { file },
    });
  }
}

/** Throws a ZodError that names every wrong field. */
export const checkGatewayConfig = (value: unknown): CheckedGatewayConfig => schema.parse(value);
