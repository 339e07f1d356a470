import { z } from 'zod';
import type { Price, PricedModel, Prices } from '../../core/cost/price.ts';
import { PROVIDER_NAMES } from '../../core/routing/provider.ts';
import { readName } from '../scalars/name.ts';
import { choice, sentence } from './scalar.ts';
import { usd } from './usd.ts';

const parts = {
  input: usd().optional().describe('USD for a million tokens of requests.'),
  cachedInput: usd()
    .optional()
    .describe('Of those, what came out of the maker’s cache. Default: as other input.'),
  cacheWrite: usd().optional().describe('Of those, what was put into it. Default: as other input.'),
  output: usd().optional().describe('USD for a million tokens of answers.'),
  request: usd().optional().describe('USD for each call that was answered with a success.'),
  second: usd().optional().describe('USD for each second a call takes, such as of a GPU of one’s own.'),
} as const;

type Parts = { readonly [K in keyof typeof parts]?: number | undefined };

const priceOf = ({ input, cachedInput, cacheWrite, output, request, second }: Parts): Price => ({
  ...(input !== undefined && { inputNanos: input }),
  ...(cachedInput !== undefined && { cachedInputNanos: cachedInput }),
  ...(cacheWrite !== undefined && { cacheWriteNanos: cacheWrite }),
  ...(output !== undefined && { outputNanos: output }),
  ...(request !== undefined && { requestNanos: request }),
  ...(second !== undefined && { secondNanos: second }),
});

const NOTHING = 'at least one of input, output, request and second is needed; 0 says that it costs nothing';

const saysSomething = ({ input, output, request, second }: Parts): boolean =>
  [input, output, request, second].some((part) => part !== undefined);

const model = z
  .strictObject({
    provider: choice(PROVIDER_NAMES).optional().describe('Default: whoever runs it.'),
    model: sentence('the name of a model', 200).describe('As the provider calls it, in full.'),
    ...parts,
  })
  .refine(saysSomething, NOTHING)
  .transform(
    ({ provider, model: name, ...price }): PricedModel => ({
      provider: provider ?? null,
      model: name,
      price: priceOf(price),
    }),
  );

/** The file that `tidegate prices` takes. */
export const pricesSchema = z
  .strictObject({
    models: z.array(model).max(1_000).prefault([]).describe('Before the prices that Tidegate lists.'),
    services: z
      .record(z.string(), z.strictObject(parts).refine(saysSomething, NOTHING).transform(priceOf))
      .prefault({})
      .describe('By name of the service, whatever model it has. Before everything else.'),
  })
  .superRefine(({ models, services }, context) => {
    const issue = (message: string, path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path, params: {} });
    for (const service of Object.keys(services)) {
      const reading = readName(service);
      if ('problem' in reading) issue(reading.problem, ['services', service]);
    }
    const seen = new Set<string>();
    models.forEach(({ provider, model: name }, index) => {
      const key = JSON.stringify([provider, name]);
      if (seen.has(key)) issue(`there is another price for ${name}`, ['models', index, 'model']);
      seen.add(key);
    });
  })
  .transform(({ models, services }): Prices => ({ models, services }));
