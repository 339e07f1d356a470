import type { Protocol } from '../../core/routing/table.ts';

/** What the source of a server says about the paths it answers. */
export interface Routes {
  readonly protocol: Protocol;
  /** Path of a readiness or health check; null when none was recognised. */
  readonly ready: string | null;
  /** Path that predicts, for plain HTTP; null when none was recognised. */
  readonly predict: string | null;
}

const READY = [
  '/v2/health/ready',
  '/readyz',
  '/ready',
  '/healthz',
  '/health',
  '/api/health',
  '/livez',
  '/ping',
  '/status',
];
const PREDICT = ['/predict', '/infer', '/classify', '/score', '/generate', '/api/predict'];

/** Looks for the usual paths among the quoted texts of a source file. */
export const routesIn = (source: string): Routes => {
  const quoted = new Set(
    [...source.matchAll(/["'`](\/[\w./{}:<>-]*)["'`]/g)].map(([, path]) => path!.replace(/(?<=.)\/$/, '')),
  );
  const mentions = (text: string): boolean => source.includes(text);
  const protocol =
    mentions('/v2/models') || mentions('/v2/health')
      ? 'open-inference'
      : mentions('/v1/chat/completions')
        ? 'openai'
        : 'http';
  return {
    protocol,
    ready: READY.find((path) => quoted.has(path)) ?? null,
    predict: PREDICT.find((path) => quoted.has(path)) ?? null,
  };
};
