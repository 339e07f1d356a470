import path from 'node:path';
import pino from 'pino';
import type { SuccessorOrder } from '../core/routing/handover.ts';
import { openGateway } from './gateway.ts';
import { readGatewayConfig } from './gateway-config.ts';
import { type HandingOver, handOver } from './handover/hand-over.ts';
import { readSuccessorConfig } from './handover/read-successor-config.ts';
import { openSuccession } from './handover/succession.ts';
import type { OperatorLog } from './operator-log.ts';
import { rehearse } from './rehearsal/rehearse.ts';

const LEAVE_WITHIN_MS = 35_000;
/** For connections, streams and outcomes of a process whose place another has taken: nobody waits for its end. */
const SUCCEEDED_WITHIN_MS = 600_000;
/** How long a process may rehearse before it takes another one's place. */
const REHEARSES_MS = 600;
/** A gateway that serves already begins to rehearse after this, if nobody has come, and does it for so long at most. */
const REHEARSES_AFTER_MS = 300;
const REHEARSES_BESIDE_MS = 3_000;

const destination = pino.destination({ fd: 1, sync: true });
// A full disk silences the log; it must not end the process.
destination.on('error', () => {});
const log = pino({ base: { pid: process.pid } }, destination);

/** What happens in a rehearsal is nobody's trouble. */
const SILENT: OperatorLog = { info() {}, warn() {}, error() {} };

const leave = (code: number): never => process.exit(code);

process.on('uncaughtException', (error) =>
  log.error({ err: error }, 'something unexpected failed; the gateway goes on'),
);
process.on('unhandledRejection', (reason) =>
  log.error({ err: reason }, 'something unexpected failed; the gateway goes on'),
);

// A process that takes another one's place has a configuration of its own, and is told its boot and where that one listens.
const [, , configFile, nextFile, boot, address] = process.argv;
if (configFile === undefined || (nextFile !== undefined && address === undefined)) {
  log.fatal('usage: main <config.json> [<config.json of the successor> <its boot> <address>]');
  leave(2);
}

try {
  const succession = address === undefined ? undefined : openSuccession(address, process);
  const config =
    nextFile === undefined
      ? await readGatewayConfig(configFile!)
      : await readSuccessorConfig([nextFile, configFile!], boot!);
  const rehearsal = (withinMs: number, isStillWanted?: () => boolean): Promise<void> =>
    rehearse({
      transport: config.transport,
      directory: path.join(config.stateDir, 'rehearsal', config.name),
      open: (own) => openGateway(own, SILENT),
      withinMs,
      ...(isStillWanted && { isStillWanted }),
    }).then(
      (rehearsed) => log.info(rehearsed, 'the gateway has rehearsed'),
      (error: unknown) =>
        log.warn({ err: error }, 'the gateway could not rehearse: its first answers are slow'),
    );
  // Its predecessor serves meanwhile.
  if (succession !== undefined) await Promise.race([rehearsal(REHEARSES_MS), succession.alone]);
  let isLeaving = false;
  let handing: HandingOver | null = null;
  const drainAndLeave = async (why: string): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    handing?.cancel();
    log.info({ why }, 'the gateway drains');
    setTimeout(() => leave(1), LEAVE_WITHIN_MS).unref();
    await gateway.drain();
    leave(0);
  };
  const onHandOverAsked = async (order: SuccessorOrder): Promise<void> => {
    if (isLeaving || handing !== null) {
      const detail = 'it ends, or hands over to another process already';
      gateway.yielding.tell({ type: 'handover', boot: order.boot, state: 'failed', pid: 0, detail });
      return;
    }
    handing = handOver({ order, yielding: gateway.yielding, address: gateway.address, log });
    const isDone = await handing.done;
    if (!isDone) handing = null;
    else {
      await gateway.yielding.leave(SUCCEEDED_WITHIN_MS);
      await drainAndLeave('another process serves');
    }
  };
  const gateway = await openGateway(config, log, {
    onDrainAsked: () => void drainAndLeave('asked by the control plane'),
    onHandOverAsked: (order) => void onHandOverAsked(order),
    ...(succession && { succession }),
  });
  // It serves already: users go first, and are themselves what a rehearsal would be.
  const isUnused = (): boolean => {
    const { answered, inFlight } = gateway.counts();
    return answered + inFlight === 0 && !isLeaving;
  };
  const rehearseIfUnused = (): void => {
    if (isUnused()) void rehearsal(REHEARSES_BESIDE_MS, isUnused);
  };
  if (succession === undefined) setTimeout(rehearseIfUnused, REHEARSES_AFTER_MS).unref();
  process.on('SIGHUP', () => void gateway.reload());
  process.on('SIGTERM', () => void drainAndLeave('SIGTERM'));
  process.on('SIGINT', () => void drainAndLeave('SIGINT'));
} catch (error) {
  log.fatal({ err: error }, 'the gateway cannot start');
  leave(1);
}
