import { z } from '@hono/zod-openapi';
import { type Digest, isDigest } from '../../core/digest.ts';

export const digestSchema = z
  .custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'is not a sha256 digest')
  .openapi({ type: 'string', pattern: '^sha256:[0-9a-f]{64}$', example: `sha256:${'0'.repeat(64)}` });

/** Names of services and environments: also parts of stream names and of paths, so nothing else gets through. */
export const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not a name: lower-case letters, digits and hyphens')
  .openapi({ example: 'spam-filter' });

export const timeMsSchema = z.number().openapi({ description: 'Milliseconds since 1970, UTC.' });

export const countSchema = z.int().nonnegative();

export const shareSchema = z.number().min(0).max(1).openapi({ description: 'A share from 0 to 1.' });
