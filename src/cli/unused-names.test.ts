import { expect, it } from 'vitest';
import { unusedNames } from './unused-names.ts';

const service = (environments: readonly string[], fallback: readonly string[]) => ({
  service: 'demo',
  overlays: Object.fromEntries(environments.map((name) => [name, {}])),
  traffic: { fallback },
});

it('says which environments and services of a file a server does not have, and what was probably meant', () => {
  const known = ['staging', 'production'];
  expect(unusedNames(service(['production'], ['spare']), known, ['spare'])).toEqual([]);
  expect(unusedNames(service(['prod'], ['spre']), known, ['spare'])).toEqual([
    expect.stringMatching(/prod is not used: the server has staging, production. Did you mean production\?/),
    expect.stringMatching(/fallback names spre.* Did you mean spare\?/),
  ]);
  expect(unusedNames(service([], ['nosuch']), known, null)).toEqual([]);
});
