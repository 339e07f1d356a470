import type { ApiApp } from './api-app.ts';

/** The OpenAPI 3.1 document of the routes of an app. */
export const openApiDocument = (app: ApiApp, version: string) => {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tidegate',
      version,
      description: 'The control plane of Tidegate: releases, rollouts, the ledger and what happens in them.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
  });
  return {
    ...document,
    components: {
      ...document.components,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that `tidegate up` wrote to a file.',
        },
      },
    },
  };
};
