/** Tests of the gateway hold for each of its transports; `npm run test:raw` runs them once more with this one. */
export const transportUnderTest = (): 'standard' | 'raw' =>
  process.env.TIDEGATE_TEST_TRANSPORT === 'raw' ? 'raw' : 'standard';
