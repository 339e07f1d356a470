import type { CommandGroup, CommandSpec } from './command.ts';
import { abort } from './commands/abort.ts';
import { advance } from './commands/advance.ts';
import { approve } from './commands/approve.ts';
import { audit } from './commands/audit.ts';
import { data } from './commands/data.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { evaluation } from './commands/eval.ts';
import { explain } from './commands/explain.ts';
import { gateways } from './commands/gateways.ts';
import { init } from './commands/init.ts';
import { keys } from './commands/keys.ts';
import { limits } from './commands/limits.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { pause } from './commands/pause.ts';
import { payloads } from './commands/payloads.ts';
import { plan } from './commands/plan.ts';
import { prices } from './commands/prices.ts';
import { promote } from './commands/promote.ts';
import { reload } from './commands/reload.ts';
import { resume } from './commands/resume.ts';
import { rollback } from './commands/rollback.ts';
import { ship } from './commands/ship.ts';
import { status } from './commands/status.ts';
import { trace } from './commands/trace.ts';
import { up } from './commands/up.ts';
import { usage } from './commands/usage.ts';
import { validate } from './commands/validate.ts';
import { version } from './commands/version.ts';

/** The whole command line, in the order help shows it: first steps, then shipping, then steering, then looking back. */
export const commands: readonly (CommandSpec | CommandGroup)[] = [
  init,
  validate,
  plan,
  evaluation,
  data,
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
  payloads,
  logs,
  audit,
  keys,
  limits,
  prices,
  usage,
  reload,
  gateways,
  doctor,
  version,
];
