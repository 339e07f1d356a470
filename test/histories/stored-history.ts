import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../src/core/digest.ts';
import { canonicalize } from '../../src/core/ledger/canonical.ts';
import { digestOf } from '../../src/core/release/seal.ts';
import { evolve } from '../../src/core/rollout/evolve.ts';
import { emptyLane, type LaneState } from '../../src/core/rollout/state.ts';
import { decodeLaneEvent } from '../../src/engine/lane-codec.ts';
import type { StoredEvent } from '../../src/ports/ledger.ts';

/** The records of one lane as a released version wrote them, and the state that this version folded them to. */
export interface StoredHistory {
  readonly name: string;
  readonly events: readonly StoredEvent[];
  readonly folded: FoldedHistory;
}

export interface FoldedHistory {
  /** Of the canonical bytes of `state`, so that nobody changes it by hand. */
  readonly digest: Digest;
  readonly state: unknown;
}

/** Folds records with the code of today. */
export const foldHistory = (events: readonly StoredEvent[]): LaneState =>
  events.reduce((lane, stored) => evolve(lane, decodeLaneEvent(stored)), emptyLane);

/** The state as plain JSON, with its digest. */
export const foldedOf = (events: readonly StoredEvent[]): FoldedHistory => {
  const state: unknown = JSON.parse(JSON.stringify(foldHistory(events)));
  return { digest: digestOfState(state), state };
};

export const digestOfState = (state: unknown): Digest => digestOf(canonicalize(state));

/** All histories below this folder, in folders named after the version that wrote them. */
export const storedHistories = (): StoredHistory[] =>
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => {
      const path = join(import.meta.dirname, file);
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      return {
        name: file.replace(/[.]jsonl$/, ''),
        events: lines.map((line) => JSON.parse(line) as StoredEvent),
        folded: JSON.parse(
          readFileSync(path.replace(/[.]jsonl$/, '-state.golden.json'), 'utf8'),
        ) as FoldedHistory,
      };
    });
