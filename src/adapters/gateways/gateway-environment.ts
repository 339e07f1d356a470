import { getCompileCacheDir } from 'node:module';
import path from 'node:path';

const PASSED_ON = [
  'PATH',
  'TZ',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
];

/**
 * The environment of a gateway process: nothing of the control plane's own, which may hold secrets, but what says where programs,
 * certificates and compiled code are found.
 */
export function gatewayEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  const environment: Record<string, string> = {
    // The GNU C library keeps memory for every thread apart otherwise, and the threads of Node.js need next to none.
    MALLOC_ARENA_MAX: '2',
  };
  // A folder for each version of Node.js, in the one that was named.
  const compiled = getCompileCacheDir();
  if (compiled !== undefined) environment.NODE_COMPILE_CACHE = path.dirname(compiled);
  for (const name of PASSED_ON) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
