import { packageVersion } from '../package-version.ts';
import { newApiApp } from './api-app.ts';
import type { ApiPorts } from './api-ports.ts';
import { addApiRoutes } from './create-api.ts';
import { openApiDocument } from './openapi-document.ts';

/** schema/openapi.json as it must be. Describing the routes touches none of the ports. */
export const openApiText = (): string => {
  const app = newApiApp();
  addApiRoutes(app, {} as ApiPorts);
  return `${JSON.stringify(openApiDocument(app, packageVersion()), null, 2)}\n`;
};
