import type { Snapshot } from '../routes/snapshot.ts';
import type { Reply } from './message.ts';
import { sendProblem } from './problem.ts';

interface Standing {
  readonly hasRoutes: boolean;
  readonly isDraining: boolean;
}

/** What the gateway says of itself, without asking a service. */
export const ownAnswers = {
  /** `as` is what the Open Inference Protocol calls it; `/healthz` has no name for it. */
  health(res: Reply, { hasRoutes, isDraining }: Standing, as: 'live' | 'ready' | null): void {
    // A process that waits for its first routes is alive all the same.
    if (as === 'live') sendJson(res, { live: true });
    else if (isDraining)
      sendProblem(res, 'draining', 'This process answers what is in flight and ends.', {
        connection: 'close',
      });
    else if (!hasRoutes)
      sendProblem(res, 'no-routes', 'This process is alive and waits for its first routes.');
    else sendJson(res, as === 'ready' ? { ready: true } : { status: 'ok' });
  },

  /** Server metadata of the Open Inference Protocol. Extensions belong to the services, which say so in their own metadata. */
  metadata(res: Reply): void {
    sendJson(res, { name: 'tidegate', version: '2', extensions: [] });
  },

  models(res: Reply, snapshot: Snapshot): void {
    const data = modelServices(snapshot).map(modelCard);
    sendJson(res, {
      object: 'list',
      data,
      has_more: false,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
    });
  },

  model(res: Reply, snapshot: Snapshot, service: string): void {
    if (modelServices(snapshot).includes(service)) sendJson(res, modelCard(service));
    else ownAnswers.unknown(res, service);
  },

  unknown(res: Reply, service: string): void {
    sendProblem(
      res,
      'service-unknown',
      `This environment has no service "${service.slice(0, 100)}" under this address.`,
    );
  },
} as const;

const modelServices = ({ services }: Snapshot): string[] =>
  [...services.values()].filter(({ route }) => route.protocol === 'openai').map(({ route }) => route.service);

/** As OpenAI and Anthropic write it, in one. Clients want a time; a service has none, so it says the epoch. */
const modelCard = (service: string) => ({
  id: service,
  object: 'model',
  created: 0,
  owned_by: 'tidegate',
  type: 'model',
  display_name: service,
  created_at: '1970-01-01T00:00:00Z',
});

function sendJson(res: Reply, value: unknown): void {
  const body = JSON.stringify(value);
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}
