import { z } from '@hono/zod-openapi';
import { countSchema, nameSchema, timeMsSchema } from './scalars.ts';

export const certificateSchema = z
  .object({
    file: z.string(),
    names: z.array(z.string()).readonly().openapi({ description: 'Names and IP addresses that it is for.' }),
    notBeforeMs: timeMsSchema,
    notAfterMs: timeMsSchema,
    fingerprint: z.string().openapi({ description: 'SHA-256 of the certificate.' }),
    problem: z
      .string()
      .nullable()
      .openapi({ description: 'Why what its files hold now is not in use, or how the key lies open.' }),
  })
  .openapi('Certificate');

export type CertificateSummary = z.infer<typeof certificateSchema>;

export const serverInfoSchema = z
  .object({
    version: z.string(),
    nodeVersion: z.string(),
    pid: z.int(),
    startedAtMs: timeMsSchema,
    control: z.string().openapi({ description: 'Address of this API.' }),
    stateDirectory: z.string(),
    log: z.string().nullable().openapi({ description: 'Where the log of the control plane is.' }),
    isolation: z
      .object({
        processes: z.string(),
        memory: z.string(),
        cpu: z.string(),
        notes: z.array(z.string()),
      })
      .openapi({ description: 'What keeps services apart and in bounds on this machine.' }),
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
    certificates: z
      .array(certificateSchema)
      .readonly()
      .optional()
      .openapi({ description: 'Of this API; absent when it speaks plain HTTP.' }),
  })
  .openapi('ServerInfo');

export type ServerInfo = z.infer<typeof serverInfoSchema>;

export const environmentSchema = z
  .object({
    name: nameSchema,
    gateway: z.string(),
    apiKeyRequired: z.boolean(),
    strategy: z.string(),
    promote: z.enum(['manual', 'automatic']),
    next: nameSchema.nullable(),
  })
  .openapi('Environment');

export type EnvironmentSummary = z.infer<typeof environmentSchema>;

export const gatewaySchema = z
  .object({
    gateway: z.string(),
    environment: z.string(),
    boot: z.string(),
    pid: z.int(),
    address: z.string(),
    connected: z.boolean(),
    generation: z.object({ epoch: countSchema, seq: countSchema, cut: countSchema }).nullable(),
    certificates: z
      .array(certificateSchema)
      .readonly()
      .optional()
      .openapi({ description: 'That it shows to clients; absent when it speaks plain HTTP.' }),
  })
  .openapi('Gateway');

export type GatewaySummary = z.infer<typeof gatewaySchema>;

export const apiKeySchema = z
  .object({ id: z.string(), createdAtMs: timeMsSchema, createdBy: z.string() })
  .openapi('ApiKey');

export type ApiKeySummary = z.infer<typeof apiKeySchema>;

export const newApiKeySchema = z
  .object({ id: z.string(), key: z.string().openapi({ description: 'Shown this once, stored nowhere.' }) })
  .openapi('NewApiKey');

export type NewApiKey = z.infer<typeof newApiKeySchema>;
