import { z } from '@hono/zod-openapi';
import { type Capture, type CapturedBody, LEFT_OUT_BODIES } from '../../core/capture/capture.ts';
import { countSchema, nameSchema, timeMsSchema } from './scalars.ts';

const flags = { isStream: z.literal(true).optional(), isCut: z.literal(true).optional() };

const body: z.ZodType<CapturedBody> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('json'), value: z.unknown(), ...flags }),
    z.object({ kind: z.literal('text'), text: z.string(), ...flags }),
    z.object({
      kind: z.literal('left-out'),
      why: z.enum(LEFT_OUT_BODIES),
      bytes: z.number().int().nullable(),
    }),
  ])
  .openapi('CapturedBody') as unknown as z.ZodType<CapturedBody>;

const headers = z.record(z.string(), z.string());

export const captureSchema: z.ZodType<Capture> = z
  .object({
    schema: z.literal('tidegate.capture/v1'),
    invocation: z.string(),
    at: z.string(),
    expiresAt: z.string(),
    environment: z.string(),
    service: z.string(),
    release: z.string().nullable().openapi({ description: 'Null: the gateway answered by itself.' }),
    keyDigest: z
      .string()
      .nullable()
      .openapi({ description: 'SHA-256 of the id of the caller’s key; null without one.' }),
    why: z.enum(['sample', 'failed']),
    ending: z.string(),
    request: z.object({ method: z.string(), path: z.string(), headers, body }),
    response: z.object({ status: z.number().int(), headers, body }),
    redacted: z
      .record(z.string(), z.number().int())
      .openapi({ description: 'How often what was taken out, by the name in its place.' }),
  })
  .openapi('Capture') as unknown as z.ZodType<Capture>;

export const erasureSchema = z
  .strictObject({
    environment: nameSchema.optional(),
    service: nameSchema.optional(),
    invocation: z.string().min(1).max(64).optional(),
    key: z.string().min(1).max(512).optional().openapi({ description: 'Id of the caller’s key.' }),
    beforeMs: timeMsSchema.optional().openapi({ description: 'Those of requests from before then.' }),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), 'names nothing to erase')
  .openapi('Erasure');

export const erasedSchema = z.object({ erased: countSchema }).openapi('Erased');

/** What is to be erased; all that is named must be so. */
export type ErasureRequest = z.infer<typeof erasureSchema>;
