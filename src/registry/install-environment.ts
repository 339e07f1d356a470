import { join } from 'node:path';

/** What an install may know of the machine: where programs and packages come from and whom to trust, nothing else. */
const passedOn: readonly string[] = [
  ...['PATH', 'LANG', 'LC_ALL', 'TZ'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'all_proxy',
  ],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'],
  ...['npm_config_registry', 'NPM_CONFIG_REGISTRY', 'PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS'],
  ...['UV_INDEX_URL', 'UV_DEFAULT_INDEX'],
];

/** Marks the processes of an install, so that a control plane that was killed meanwhile finds them when it is back. */
export const installMarker = 'TIDEGATE_INSTALL';

/**
 * The environment of an install command: an allow-list of the machine's, a home of its own that is thrown away, and package
 * caches that stay with the service.
 */
export const installEnvironment = (
  host: Readonly<Record<string, string | undefined>>,
  places: { readonly marker: string; readonly home: string; readonly cache: string },
): Record<string, string> => {
  const env: Record<string, string> = {};
  for (const name of passedOn) {
    const value = host[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    [installMarker]: places.marker,
    HOME: places.home,
    TMPDIR: join(places.home, 'tmp'),
    XDG_CACHE_HOME: join(places.cache, 'xdg'),
    npm_config_cache: join(places.cache, 'npm'),
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    PIP_CACHE_DIR: join(places.cache, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
  };
};
