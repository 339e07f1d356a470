import { listPrices } from '../../core/cost/list-prices.ts';
import { NANOS_A_DOLLAR } from '../../core/cost/price.ts';
import { closest } from '../closest.ts';
import { show } from '../scalars/show.ts';
import { scalar } from './scalar.ts';

/** Those with a price for tokens both ways; of an embedding nothing is written. */
const listed = listPrices.filter(({ price }) => price.inputNanos !== undefined);
const names = listed.map(({ provider, model }) => `${provider}/${model}`);

/** `openai/gpt-4o-mini`: a price of Tidegate's own list, in US dollars for a million tokens. */
export const listedPrice = () =>
  scalar<{ readonly input: number; readonly output: number }>(
    (value) => {
      const found = listed[names.indexOf(String(value))];
      if (found === undefined) {
        const meant = typeof value === 'string' ? closest(value, names) : undefined;
        return {
          problem: `${show(value)} is not among the listed prices (\`tidegate prices\`); others are given as {input, output}`,
          ...(meant === undefined ? {} : { suggestion: meant }),
        };
      }
      const { inputNanos = 0, outputNanos = 0 } = found.price;
      return { value: { input: inputNanos / NANOS_A_DOLLAR, output: outputNanos / NANOS_A_DOLLAR } };
    },
    { type: 'string', examples: names.slice(0, 3) },
  );
