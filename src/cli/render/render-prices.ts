import type { PricesInForce } from '../../client/client.ts';
import { dollarText } from '../../core/cost/dollars.ts';
import { plainText } from './plain-text.ts';
import { textTable } from './text-table.ts';
import { timeText } from './time-text.ts';

type Price = PricesInForce['list'][number]['price'];

/** What was set, then what is listed, in dollars for a million tokens. */
export const renderPrices = ({
  environment,
  prices,
  setAtMs,
  setBy,
  listVersion,
  list,
}: PricesInForce): string => {
  const set = [
    ...Object.entries(prices?.services ?? {}).map(([name, price]) => [
      `service ${name}`,
      'any',
      ...columns(price),
    ]),
    ...(prices?.models ?? []).map(({ provider, model, price }) => [
      provider ?? 'any',
      plainText(model),
      ...columns(price),
    ]),
  ];
  const head = ['INPUT', 'CACHED', 'INTO CACHE', 'OUTPUT', 'A REQUEST', 'A SECOND'];
  const by = setBy === null ? '' : `, set by ${setBy} ${timeText(setAtMs!)}`;
  return [
    `${environment}${by}: USD, of tokens for a million`,
    set.length === 0 ? 'None are set.' : textTable(['OF', 'MODEL', ...head], set),
    '',
    `Listed (${listVersion}), where none is set:`,
    textTable(
      ['OF', 'MODEL', ...head.slice(0, 4), 'AS OF', 'SOURCE'],
      list.map(({ provider, model, price, asOf, source }) => [
        provider ?? 'any',
        model,
        ...columns(price).slice(0, 4),
        asOf,
        source,
      ]),
    ),
  ].join('\n');
};

const columns = (price: Price): string[] =>
  [
    price.inputNanos,
    price.cachedInputNanos,
    price.cacheWriteNanos,
    price.outputNanos,
    price.requestNanos,
    price.secondNanos,
  ].map((nanos) => (nanos === undefined ? '-' : dollarText(nanos)));
