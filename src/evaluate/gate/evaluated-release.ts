import type { buildConnector } from 'undici';
import type { Digest } from '../../core/digest.ts';

/** A release that answers, as an evaluation reaches it. */
export interface EvaluatedRelease {
  /** For people. */
  readonly label: string;
  readonly digest: Digest;
  /** Origins of its replicas, such as `http://127.0.0.1:4101`; a path is put before the one that is asked. At least one. */
  readonly addresses: readonly string[];
  /** Opens the connections, where its certificate is no ordinary one. */
  readonly connect?: buildConnector.connector;
  /**
   * Names everything besides its digest that decides what it answers, so that answers may be kept for the next evaluation; null where nobody
   * knows that, as with a release that somebody else runs.
   */
  readonly surroundings: string | null;
}
