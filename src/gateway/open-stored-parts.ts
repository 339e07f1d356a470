import path from 'node:path';
import { openPayloadCapture, type PayloadCapture } from './capture/payload-capture.ts';
import { type FirstRequests, openFirstRequests } from './first-requests.ts';
import type { CheckedGatewayConfig } from './gateway-config.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import type { Tenure } from './handover/tenure.ts';
import { type Callers, openCallers } from './identity/callers.ts';
import { type InvocationLog, openInvocationLog } from './invocation-log/write.ts';
import { openKeyMemory } from './key-memory.ts';
import { keyDisk } from './key-memory-disk.ts';
import { type OpenLimits, openLimits } from './limits/open-limits.ts';
import type { OperatorLog } from './operator-log.ts';

/** The parts of a gateway that keep something on disk. */
export interface StoredParts {
  readonly firstRequests: FirstRequests;
  readonly invocationLog: InvocationLog;
  readonly payloads: PayloadCapture;
  readonly limits: OpenLimits;
  /** Null: nobody's tokens are taken. */
  readonly callers: Callers | null;
}

export interface StoredPartsSpec {
  readonly config: CheckedGatewayConfig;
  readonly settings: GatewaySettings;
  readonly boot: string;
  readonly tenure: Tenure;
  readonly log: OperatorLog;
}

export async function openStoredParts(spec: StoredPartsSpec): Promise<StoredParts> {
  const { config, settings, boot, tenure, log } = spec;
  const { identity } = config;
  const onTrouble = (what: string, about: object): void => log.error(about, what);
  const firstRequests = openFirstRequests({
    ...config,
    keysAtMost: settings.stickyKeysAtMost ?? 200_000,
    tenure,
    memory: openKeyMemory({
      ...config,
      disk: keyDisk(path.join(config.stateDir, 'counted-keys', config.environment)),
      onTrouble,
    }),
  });
  const invocationLog = openInvocationLog({
    directory: path.join(config.logDir, config.environment),
    prefix: `${config.name}-${boot}`,
    ...(settings.logLinesWaitingAtMost === undefined
      ? {}
      : { waitingLinesAtMost: settings.logLinesWaitingAtMost }),
    onTrouble: (error, dropped) => log.error({ err: error, dropped }, 'the invocation log cannot be written'),
  });
  const payloads = openPayloadCapture({
    directory: path.join(config.logDir, config.environment),
    environment: config.environment,
    ...(settings.payloadBytesWaitingAtMost !== undefined && {
      waitingBytesAtMost: settings.payloadBytesWaitingAtMost,
    }),
    onTrouble,
  });
  const limits = await openLimits({
    boot,
    stateDir: config.stateDir,
    onBudget: ({ name, unit, amount, action }, percent, spent) =>
      log.warn({ budget: name, unit, amount, spent, percent, action }, 'a budget has reached a mark'),
    environment: config.environment,
    directory: path.dirname(config.controlSocket),
    process: config.process,
    processes: config.processes,
    isWaiting: tenure.phase === 'waiting',
    onTrouble: (what, error) => log.error({ err: error }, what),
  });
  const callers =
    identity === undefined
      ? null
      : openCallers({
          identity,
          onTrouble,
          stored: {
            directory: path.join(config.stateDir, 'issuer-keys', config.environment),
            writer: config.name,
          },
          ...(settings.issuerKeys && { timing: settings.issuerKeys }),
        });

  return { firstRequests, invocationLog, payloads, limits, callers };
}
