import { brokenReferences } from './interpolate.ts';
import { looksLikeCredential, sealsCredential } from './looks-like-credential.ts';
import { ENV_NAME } from './placeholder.ts';
import type { DataPath, Finding } from './read/finding.ts';
import { show } from './scalars/show.ts';

/**
 * What a schema cannot say about tidegate.yaml: how keys depend on each other, and what stands inside texts. Looks at the
 * data as written, whatever else is wrong with it, so that all problems are reported at once.
 */
export const checkMeaning = (data: unknown, typed: (path: DataPath) => string | undefined): Finding[] => {
  if (!isMap(data)) return [];
  return [
    ...kindOfService(data),
    ...together(data),
    ...evaluationForm(data),
    ...goldenRequest(data),
    ...overlays(data),
    ...variables(data, typed),
    ...strayReferences(data),
  ];
};

type Data = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapOf = (value: unknown): Data => (isMap(value) ? value : {});

const error = (
  path: DataPath,
  message: string,
  suggestion?: string,
  part: Finding['part'] = 'key',
): Finding => ({
  severity: 'error',
  path,
  part,
  message,
  ...(suggestion === undefined ? {} : { suggestion }),
});

const kindOfService = (data: Data): Finding[] => {
  const [run, external] = [Object.hasOwn(data, 'run'), Object.hasOwn(data, 'external')];
  if (run && external) return [error(['external'], 'a service has either run or external, not both')];
  if (run || external) return [];
  return [
    error(
      ['run'],
      'run is missing: how to start the service',
      'run: {command: ...}, or external: {address: ...}',
    ),
  ];
};

const together = ({ service, protocol, traffic }: Data): Finding[] => {
  const { batching, cache, fallback } = mapOf(traffic);
  const itself = Array.isArray(fallback) ? fallback.indexOf(service) : -1;
  const { methods, paths } = mapOf(cache);
  const posts = Array.isArray(methods) && methods.includes('POST') && paths === undefined;
  return [
    ...(batching !== undefined && protocol !== undefined && protocol !== 'open-inference'
      ? [error(['traffic', 'batching'], 'only requests of protocol open-inference can be put together')]
      : []),
    ...(itself >= 0
      ? [error(['traffic', 'fallback', itself], 'a service cannot stand in for itself', undefined, 'value')]
      : []),
    ...(protocol === 'http' && posts
      ? [
          error(
            ['traffic', 'cache', 'methods'],
            'a POST is only kept where paths names its path',
            'paths: [/predict]',
          ),
        ]
      : []),
  ];
};

/** Either a golden set and how it is asked, or a file that says all of it. */
const evaluationForm = ({ evaluate }: Data): Finding[] => {
  if (!isMap(evaluate)) return [];
  if (!Object.hasOwn(evaluate, 'file'))
    return Object.hasOwn(evaluate, 'golden')
      ? []
      : [error(['evaluate', 'golden'], '"golden" is missing', 'golden: …, or file: tidegate-eval.yaml')];
  return ['golden', 'request', 'answer', 'concurrency', 'timeout']
    .filter((key) => Object.hasOwn(evaluate, key))
    .map((key) => error(['evaluate', key], `beside file there is no ${key}: the evaluation file says it`));
};

const goldenRequest = ({ protocol, evaluate }: Data): Finding[] => {
  if (protocol !== 'http' || !isMap(evaluate) || Object.hasOwn(evaluate, 'file')) return [];
  const request = mapOf(evaluate.request);
  const lacks = ['path', 'body'].filter((key) => !Object.hasOwn(request, key));
  if (lacks.length === 0) return [];
  const at: DataPath = Object.hasOwn(evaluate, 'request') ? ['evaluate', 'request'] : ['evaluate'];
  return [
    error(
      at,
      `with protocol http nobody else knows the request: ${lacks.map((key) => `request.${key}`).join(' and ')} missing`,
    ),
  ];
};

const overlays = ({ run, external, environments }: Data): Finding[] =>
  Object.entries(mapOf(environments)).flatMap(([name, given]) => {
    const overlay = mapOf(given);
    const base: DataPath = ['environments', name];
    if (isMap(external) && run === undefined)
      return ['replicas', 'env', 'secrets']
        .filter((key) => Object.hasOwn(overlay, key))
        .map((key) => error([...base, key], `${key} changes nothing for a service that somebody else runs`));
    return rolling(overlay, mapOf(run), base);
  });

const rolling = (overlay: Data, run: Data, base: DataPath): Finding[] => {
  const { strategy } = overlay;
  const isRolling = strategy === 'rolling' || (isMap(strategy) && Object.hasOwn(strategy, 'rolling'));
  const replicas = overlay.replicas ?? run.replicas ?? 1;
  if (!isRolling || replicas !== 1) return [];
  return [
    error(
      [...base, 'strategy'],
      'a single replica cannot be replaced bit by bit',
      'replicas: 2, or all-at-once',
      'value',
    ),
  ];
};

const variables = (data: Data, typed: (path: DataPath) => string | undefined): Finding[] => {
  const maps: [DataPath, Data, Data][] = [[['run'], mapOf(data.run), {}]];
  for (const [name, overlay] of Object.entries(mapOf(data.environments)))
    maps.push([['environments', name], mapOf(overlay), mapOf(mapOf(data.run).secrets)]);
  return maps.flatMap(([base, { env, secrets }]) =>
    Object.entries(mapOf(env))
      // Beyond that the schema refuses them all.
      .slice(0, 1_000)
      .flatMap(([name, value]) => {
        const path = [...base, 'env', name];
        const both = Object.hasOwn(mapOf(secrets), name);
        return [
          ...(both ? [error(path, `${name} stands under secrets as well`)] : []),
          ...variable(path, name, value, typed(path)),
        ];
      }),
  );
};

const variable = (path: DataPath, name: string, value: unknown, typed: string | undefined): Finding[] => {
  const warn = (message: string, suggestion: string): Finding[] => [
    { severity: 'warning', path, part: 'value', message, suggestion },
  ];
  if (typeof value === 'number' || typeof value === 'boolean') {
    if (typed === undefined || typed === String(value)) return [];
    return [error(path, `YAML reads ${typed} as ${value}`, JSON.stringify(typed), 'value')];
  }
  if (typeof value !== 'string') return [];
  const sealed = sealsCredential(name, value);
  if (sealed !== undefined)
    return warn(`${name} would be stored in the release`, `under secrets: ${name}: env:${sealed}`);
  if (looksLikeCredential(name, value))
    return warn(
      `${name} looks like a credential, and a release is no place for one`,
      `under secrets: ${name}: env:${name}`,
    );
  return brokenReferences(value).flatMap((found) => {
    const bare = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(found)?.[1];
    return warn(`${show(found)} is not filled in and stays as it is`, `\${env:${bare ?? 'NAME'}}`);
  });
};

/** `${env:...}` where nothing fills it in would reach the service as it is. */
const strayReferences = (data: Data): Finding[] => {
  const found: Finding[] = [];
  const walk = (value: unknown, path: DataPath): void => {
    if (typeof value === 'string' && value.includes('${env:') && !isFilledIn(path))
      found.push(
        error(path, `${ENV_NAME} is filled in only in env, external.address and lineage`, undefined, 'value'),
      );
    if (Array.isArray(value)) value.forEach((each, index) => void walk(each, [...path, index]));
    else if (isMap(value)) for (const [key, each] of Object.entries(value)) walk(each, [...path, key]);
  };
  walk(data, []);
  return found;
};

const isFilledIn = (path: DataPath): boolean => {
  const text = path.join('/');
  return (
    /^(run\/env\/|environments\/[^/]*\/env\/|external\/address$|lineage\/)/.test(text) ||
    /(^|\/)secrets\//.test(text)
  );
};
