import type { CommandSpec } from './command.ts';
import { abort } from './commands/abort.ts';
import { advance } from './commands/advance.ts';
import { approve } from './commands/approve.ts';
import { audit } from './commands/audit.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { explain } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { keys } from './commands/keys.ts';
import { limits } from './commands/limits.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { pause } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { promote } from './commands/promote.ts';
import { resume } from './commands/resume.ts';
import { rollback } from './commands/rollback.ts';
import { ship } from './commands/ship.ts';
import { status } from './commands/status.ts';
import { trace } from './commands/trace.ts';
import { up } from './commands/up.ts';
import { validate } from './commands/validate.ts';
import { version } from './commands/version.ts';

/** The whole command line, in the order help shows it: first steps, then shipping, then steering, then looking back. */
export const commands: readonly CommandSpec[] = [
  init,
  validate,
  plan,
  up,
  down,
  ship,
  status,
  list,
  approve,
  pause,
  resume,
  advance,
  abort,
  rollback,
  promote,
  explain,
  trace,
  logs,
  audit,
  keys,
  limits,
  doctor,
  version,
];
