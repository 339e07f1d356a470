/** Tests of the gateway hold for each of its transports; `npm run test:standard` runs them once more with the one that is not the default. */
export const transportUnderTest = (): 'standard' | 'raw' =>
  process.env.TIDEGATE_TEST_TRANSPORT === 'standard' ? 'standard' : 'raw';
