import type { Digest } from '../../core/digest.ts';
import type { ModelEndpoint } from '../../core/judging/judge-method.ts';
import { digestOf } from '../golden/canonical-json.ts';

/** Of what decides how a model answers: address, model, parameters, headers as they were written (so no secret), version. */
export const endpointKey = ({ timeoutMs, price, apiKey, ...asked }: ModelEndpoint): Digest => digestOf(asked);
