import type { Measured, ToGateway } from '../core/routing/link.ts';
import { compareGenerations } from '../core/routing/table.ts';
import type { SentKeys } from './checks/sent-keys.ts';
import type { Feedback } from './feedback.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import type { TlsCertificates } from './http/tls-certificates.ts';
import type { Cohorts } from './outcomes/cohorts.ts';
import type { Exposure } from './routes/exposure.ts';
import type { Routes } from './routes/routes.ts';
import type { Measuring } from './telemetry/measure.ts';

export interface MessageTakerSpec {
  readonly settings: Pick<GatewaySettings, 'onDrainAsked' | 'onHandOverAsked'>;
  readonly keys: SentKeys;
  readonly routes: Routes;
  readonly exposure: Exposure;
  readonly cohorts: Cohorts;
  readonly feedback: Feedback;
  readonly measuring: Measuring;
  readonly certificates: TlsCertificates | null;
  readonly measured: (measured: Measured) => void;
}

/** Does what the control plane says. */
export function messageTaker(spec: MessageTakerSpec): (message: ToGateway) => void {
  const { settings, keys, routes, exposure, cohorts, feedback, measuring, certificates } = spec;
  return (message) => {
    switch (message.type) {
      case 'keys':
        keys.take(message.values);
        return;
      case 'routes':
        routes.offer(message.table);
        return;
      case 'lease': {
        const generation = routes.generation();
        if (generation !== null && compareGenerations(generation, message.generation) === 0) {
          exposure.renewLease(performance.now());
        }
        return;
      }
      case 'stored':
        cohorts.stored(message.seq);
        return;
      case 'feedback':
        feedback.takeForwarded(message.report);
        return;
      case 'measure':
        void measuring
          .measure()
          .then((measures) => spec.measured({ type: 'measured', ask: message.ask, measures }));
        return;
      case 'reload':
        void certificates?.reload();
        return;
      case 'hand-over':
        settings.onHandOverAsked?.(message.order);
        return;
      case 'drain':
        settings.onDrainAsked?.();
        return;
    }
  };
}
