import pino from 'pino';
import { openGateway } from './gateway.ts';
import { readGatewayConfig } from './gateway-config.ts';

const LEAVE_WITHIN_MS = 35_000;

const destination = pino.destination({ fd: 1, sync: true });
// A full disk silences the log; it must not end the process.
destination.on('error', () => {});
const log = pino({ base: { pid: process.pid } }, destination);

const leave = (code: number): never => process.exit(code);

process.on('uncaughtException', (error) =>
  log.error({ err: error }, 'something unexpected failed; the gateway goes on'),
);
process.on('unhandledRejection', (reason) =>
  log.error({ err: reason }, 'something unexpected failed; the gateway goes on'),
);

const [, , configFile] = process.argv;
if (configFile === undefined) {
  log.fatal('usage: main <config.json>');
  leave(2);
}

try {
  const config = await readGatewayConfig(configFile!);
  let isLeaving = false;
  const drainAndLeave = async (why: string): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    log.info({ why }, 'the gateway drains');
    setTimeout(() => leave(1), LEAVE_WITHIN_MS).unref();
    await gateway.drain();
    leave(0);
  };
  const gateway = await openGateway(config, log, {
    onDrainAsked: () => void drainAndLeave('asked by the control plane'),
  });
  process.on('SIGHUP', () => void gateway.reload());
  process.on('SIGTERM', () => void drainAndLeave('SIGTERM'));
  process.on('SIGINT', () => void drainAndLeave('SIGINT'));
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot start');
  leave(1);
}
