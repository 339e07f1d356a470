import { z } from '@hono/zod-openapi';
import { catalogue, type ErrorCode } from '../../errors.ts';

const codes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

/** RFC 9457. `code` is the stable name; `todo` is the next step for the reader. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:tidegate:problem:not-found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes),
    todo: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('Problem');

export type Problem = z.infer<typeof problemSchema>;
