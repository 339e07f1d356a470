import { describe, expect, it } from 'vitest';
import { digestOfState, foldHistory, storedHistories } from './stored-history.ts';

const histories = storedHistories();

describe('ledgers that earlier versions wrote', () => {
  it('are here', () => {
    expect(histories.length).toBeGreaterThanOrEqual(8);
  });

  it.each(histories)('$name: folds to the state that its own version saw', ({ events, folded }) => {
    expect(digestOfState(folded.state)).toBe(folded.digest);
    // What later versions know beside it is no difference; what they know otherwise is.
    expect(JSON.parse(JSON.stringify(foldHistory(events)))).toMatchObject(folded.state as object);
  });
});
