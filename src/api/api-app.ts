import { OpenAPIHono } from '@hono/zod-openapi';
import { TidegateError } from '../errors.ts';
import type { ApiEnv } from './authenticate.ts';

export type ApiApp = OpenAPIHono<ApiEnv>;

/** An app on which routes are described and served; requests that do not match their description are problems. */
export const newApiApp = (): ApiApp =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const place = issue?.path.map(String).join('.') ?? '';
      const where = place === '' ? result.target : `${result.target} ${place}`;
      throw new TidegateError('bad-request', `${where}: ${issue?.message ?? 'is not valid'}.`, {
        data: { issues: result.error.issues.map(({ path, message }) => ({ path, message })) },
      });
    },
  });
