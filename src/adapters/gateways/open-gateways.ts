import type { RestartedGateway } from '../../core/routing/restarted-gateway.ts';
import { TidegateError } from '../../errors.ts';
import type { Gateways } from '../../ports/gateways.ts';
import { controlSocketPath } from './control-socket-path.ts';
import { type GatewaySpec, type Launcher, launchGateways } from './launch.ts';
import { openLinkGateways } from './link-gateways.ts';

export interface OpenGateways {
  readonly gateways: Gateways;
  readonly launcher: Launcher;
  /**
   * Resolves when every process has dialled in, and those have been replaced that were started by another version or with other settings; rejects
   * with `internal` when they have not dialled in after `withinMs` (default 10 s).
   */
  connected(withinMs?: number): Promise<void>;
  /** Has every process read its certificates anew. */
  reload(): void;
  /** Replaces the processes of an environment (null: of all), one after the other, while they serve. */
  restart(environment: string | null): Promise<readonly RestartedGateway[]>;
  /** For a whole shutdown: drains and ends the processes, then closes the link. */
  stop(): Promise<void>;
  /** For the end of the control plane alone: the processes go on serving. */
  leave(): Promise<void>;
}

export interface OpenGatewaysSpec {
  /** Holds the socket, the route files and what is known of the processes. */
  readonly stateDir: string;
  readonly logDir: string;
  readonly gateways: readonly Pick<
    GatewaySpec,
    'telemetry' | 'name' | 'environment' | 'host' | 'port' | 'processes' | 'tls' | 'version'
  >[];
  /** Where the keys of judges are looked up. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly onTrouble?: (what: string, about: object) => void;
}

/** Opens the link and launches the processes that are to use it. */
export async function openGateways(spec: OpenGatewaysSpec): Promise<OpenGateways> {
  const { stateDir, logDir, onTrouble = () => {} } = spec;
  const link = await openLinkGateways({
    socketPath: controlSocketPath(stateDir),
    ...(spec.environment === undefined ? {} : { environment: spec.environment }),
    alsoSent: spec.gateways.flatMap(variablesOf),
    onTrouble: (what, error) => onTrouble(what, { err: error }),
  });
  let launcher: Launcher;
  try {
    launcher = await launchGateways({
      gateways: spec.gateways.map((gateway) => ({
        ...gateway,
        controlSocket: link.socketPath,
        stateDir,
        logDir,
      })),
      onLost: (environment, boot) => link.lose(environment, boot),
      onTrouble,
      handovers: link.handovers,
    });
  } catch (error) {
    await link.close();
    throw error;
  }
  const isConnected = (): boolean => {
    const boots = new Set(link.list().flatMap(({ boot, connected }) => (connected ? [boot] : [])));
    const wanted = spec.gateways.reduce((sum, { processes }) => sum + (processes ?? 1), 0);
    return launcher.pids().filter(({ boot }) => boots.has(boot)).length === wanted;
  };
  return {
    gateways: link,
    launcher,
    async connected(withinMs = 10_000) {
      const endsAtMs = performance.now() + withinMs;
      while (!isConnected()) {
        if (performance.now() >= endsAtMs) {
          throw new TidegateError(
            'internal',
            `Not every gateway process came up within ${withinMs} ms; see the logs in ${logDir}.`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await launcher.replaceOutdated();
    },
    restart: (environment) => launcher.restart(environment),
    reload: () => link.reload(),
    async stop() {
      await launcher.stop();
      await link.close();
    },
    async leave() {
      launcher.leave();
      await link.close();
    },
  };
}

/** Variables that hold what a gateway sends along with its spans. */
const variablesOf = ({ telemetry }: Pick<GatewaySpec, 'telemetry'>): string[] =>
  Object.values(telemetry?.spans?.headers ?? {}).flatMap((reference) =>
    reference.startsWith('env:') ? [reference.slice('env:'.length)] : [],
  );
