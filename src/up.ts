import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { replaceFile } from './adapters/files/durable-file.ts';
import { type ControlPlaneOptions, openControlPlane } from './compose.ts';

export interface UpOptions {
  /** Where tidegate.server.yaml is looked for; the state is in `.tidegate` below it. */
  readonly directory: string;
  readonly state?: string;
  readonly config?: string;
  readonly listen?: ControlPlaneOptions['listen'];
  readonly quiet?: boolean;
  /** Where people read; default stderr. */
  readonly say?: (line: string) => void;
}

export const stateDirectory = (options: Pick<UpOptions, 'directory' | 'state'>): string =>
  resolve(options.directory, options.state ?? '.tidegate');

/** Found by the command line tool on its way up from the working directory. */
export const serverFile = (stateDir: string): string => join(stateDir, 'server.json');

/**
 * Runs a control plane with its gateways until it is told to stop. Ctrl-C stops everything; SIGTERM, which is what a
 * service manager sends for an upgrade, stops the control plane alone and leaves the traffic flowing. Resolves with the exit code.
 */
export const up = async (options: UpOptions): Promise<number> => {
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  const stateDir = stateDirectory(options);
  const beside = join(resolve(options.directory), 'tidegate.server.yaml');
  const configFile = options.config ?? (existsSync(beside) ? beside : null);
  const plane = await openControlPlane({
    stateDir,
    configFile,
    ...(options.listen === undefined ? {} : { listen: options.listen }),
  });
  const about = { control: plane.address, token_file: plane.tokenFile, pid: process.pid };
  await replaceFile(serverFile(stateDir), new TextEncoder().encode(`${JSON.stringify(about, null, 2)}\n`));
  if (options.quiet !== true) {
    say(`Tidegate is ready.`);
    say(`  control      ${plane.address}`);
    for (const { environment, address } of plane.gateways) say(`  gateway      ${address}  (${environment})`);
    say(`  log in with  the token in ${plane.tokenFile}`);
    say(`  log          ${plane.logFile}`);
    for (const note of plane.notes) say(`  note         ${note}`);
    say(`Ctrl-C stops everything. SIGTERM stops the control plane alone; traffic goes on.`);
  }
  // From a terminal it means that the terminal is gone, and ends the process as it always has.
  if (!process.stderr.isTTY) process.on('SIGHUP', () => void plane.reload());
  const signal = await firstSignal();
  if (signal === 'SIGINT') {
    say('Stopping the gateways and the releases ...');
    const impatient = (): never => process.exit(130);
    process.on('SIGINT', impatient);
    await plane.stop();
    await rm(serverFile(stateDir), { force: true });
    say('Stopped.');
  } else {
    await plane.leave();
    say('The control plane has stopped; gateways and releases go on. `tidegate down` stops them too.');
  }
  return 0;
};

const firstSignal = (): Promise<'SIGINT' | 'SIGTERM'> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
