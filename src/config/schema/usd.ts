import { readUsd } from '../scalars/usd.ts';
import { scalar } from './scalar.ts';

/** Dollars as written, whole nano-dollars as read. */
export const usd = () => scalar<number>(readUsd, { type: 'number', minimum: 0, maximum: 1_000_000 });
