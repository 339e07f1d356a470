import type { Digest } from '../../core/digest.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { digestOf } from '../golden/canonical-json.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';

/** Of everything that decides what is asked, the sampling settings among it: address, body, headers as they were written (so no secret), version. */
export const targetDigest = ({ label, timeoutMs, price, ...asked }: TargetSpec): Digest => digestOf(asked);

/** Of everything in a case that a request can hold. What is expected may be corrected without asking again. */
export const askedDigest = ({ id, input, tags, metadata }: EvaluationCase): Digest =>
  digestOf({ id, input, tags, metadata });
