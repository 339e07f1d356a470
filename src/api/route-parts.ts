import { z } from '@hono/zod-openapi';
import { problemSchema } from './schemas/problem.ts';
import { nameSchema } from './schemas/scalars.ts';

/** A JSON answer and the problem that any route may give instead. */
export const answers = <T extends z.ZodType>(schema: T, description: string) => ({
  200: { content: { 'application/json': { schema } }, description },
  default: { content: { 'application/problem+json': { schema: problemSchema } }, description: 'A problem.' },
});

export const laneParams = z.object({ environment: nameSchema, service: nameSchema });

export const serviceParams = z.object({ service: nameSchema });

/** Of lists: how many, and where to go on. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/, 'is not a cursor that this API gave out')
    .optional()
    .openapi({ description: '`next` of the answer before.' }),
};

export const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z.object({ items: z.array(item), next: z.string().nullable() }).openapi(name);

/** Cuts a page out of a list that is in memory; the cursor is a position. */
export const cutPage = <T>(
  all: readonly T[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): { items: T[]; next: string | null } => {
  const start = cursor === undefined ? 0 : Number(cursor);
  const end = start + limit;
  return { items: all.slice(start, end), next: end < all.length ? String(end) : null };
};
