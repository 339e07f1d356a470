import { z } from '@hono/zod-openapi';

/**
 * A schema with a name of its own, or null. `.nullable()` would carry the name over, and the document would then say
 * that the named thing itself may be null.
 */
export const orNull = <T>(schema: z.ZodType<T>): z.ZodType<T | null> => z.union([schema, z.null()]);
