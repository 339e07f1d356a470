import { TidegateError } from '../../errors.ts';

/** Names the variable, never a value. */
export const keyMissing = (service: string, variable: string): TidegateError =>
  new TidegateError(
    'key-missing',
    `The judge of ${service} takes its key from env:${variable}, and the control plane has no such variable, or none that can be sent as a key.`,
    { data: { service, variable } },
  );
