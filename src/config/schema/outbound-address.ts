import { checkProblem } from '../check-problem.ts';
import { readHttpAddress } from '../scalars/http-address.ts';
import { show } from '../scalars/show.ts';
import { scalar } from './scalar.ts';

/** An address that gateways will ask by themselves: never one where machines keep their credentials. */
export const outboundAddress = () =>
  scalar<string>(
    (value) => {
      const reading = readHttpAddress(value);
      const refusal = 'value' in reading ? checkProblem.address(reading.value) : null;
      return refusal === null ? reading : { problem: `${show(value)} is ${refusal}` };
    },
    { type: 'string', minLength: 1 },
  );
