import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';

/** What the people who run Tidegate read. An error line means that somebody must look. */
export interface OperatorLog {
  debug(about: object, message: string): void;
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

/** Appends JSON lines to a file. A disk that cannot take a line loses the line and nothing else. */
export const openOperatorLog = (file: string): OperatorLog => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
  destination.on('error', () => {});
  return pino({ base: { pid: process.pid }, level: 'info' }, destination);
};
