import { TidegateError } from '../errors.ts';

/** Why a release cannot be sealed; `data` names what to correct. */
export const sealError = (
  message: string,
  options: { cause?: unknown; data?: Record<string, unknown>; todo?: string } = {},
) => new TidegateError('seal-failed', message, options);
