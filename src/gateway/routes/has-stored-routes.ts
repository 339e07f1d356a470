import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CheckedGatewayConfig } from '../gateway-config.ts';
import { routeFileOf } from './route-file.ts';

/** Where a gateway keeps the routes that it was given last. */
export const routesDirectory = (stateDir: string): string => path.join(stateDir, 'routes');

/** This gateway has had routes before: it may be awaited. */
export const hasStoredRoutes = ({ stateDir, name }: CheckedGatewayConfig): boolean =>
  existsSync(routeFileOf(routesDirectory(stateDir), name));
