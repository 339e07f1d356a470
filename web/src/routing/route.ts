/** Where in the page one is; all of it is in the address, so that it can be sent to somebody. */
export type Route =
  | { readonly page: 'overview'; readonly find: string; readonly runningOnly: boolean }
  | {
      readonly page: 'lane';
      readonly environment: string;
      readonly service: string;
      /** An ended rollout whose evidence is unfolded. */
      readonly opened: string | null;
      /** Also shows what the engine noticed by itself about replicas. */
      readonly allEvents: boolean;
    }
  | { readonly page: 'unknown'; readonly path: string };

export const overview: Route = { page: 'overview', find: '', runningOnly: false };

export const laneRoute = (environment: string, service: string): Route => ({
  page: 'lane',
  environment,
  service,
  opened: null,
  allEvents: false,
});

/** Reads the part of an address after `#`. Total: what cannot be read is `unknown`. */
export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#/, ''), '?');
  const parameters = new URLSearchParams(query);
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0)
    return {
      page: 'overview',
      find: parameters.get('find') ?? '',
      runningOnly: parameters.get('running') === 'only',
    };
  const [first, environment, service] = parts.map(decode);
  if (first === 'lanes' && parts.length === 3 && environment != null && service != null)
    return {
      page: 'lane',
      environment,
      service,
      opened: parameters.get('rollout'),
      allEvents: parameters.get('events') === 'all',
    };
  return { page: 'unknown', path };
};

/** The address of a place, starting with `#`. */
export const formatRoute = (route: Route): string => {
  switch (route.page) {
    case 'overview':
      return `#/${query({
        find: route.find === '' ? null : route.find,
        running: route.runningOnly ? 'only' : null,
      })}`;
    case 'lane':
      return `#/lanes/${encodeURIComponent(route.environment)}/${encodeURIComponent(route.service)}${query({
        rollout: route.opened,
        events: route.allEvents ? 'all' : null,
      })}`;
    case 'unknown':
      return `#${route.path}`;
  }
};

const query = (values: Readonly<Record<string, string | null>>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};

const splitOnce = (text: string, separator: string): readonly string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
};

const decode = (part: string): string | null => {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
};
