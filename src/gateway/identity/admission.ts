import type { Claims } from './claim-at.ts';
import type { TokenRefusal } from './token-refusal.ts';

/** Whether a request may come in, and who asks. */
export type Admission =
  | {
      readonly admitted: true;
      /** Id of the API key, or what a token makes of its claims; null: nobody in particular. */
      readonly keyId: string | null;
      /** The header that carried what was meant for us and must not travel on. */
      readonly spent: 'authorization' | 'x-api-key' | null;
      /** Null without a token. */
      readonly token: TokenHolder | null;
    }
  | {
      readonly admitted: false;
      /** What is wrong with the token; null when there was none, and no key. */
      readonly refusal: TokenRefusal | null;
    };

export interface TokenHolder {
  /** Tier of the limits that the token names. */
  readonly tier: string | null;
  readonly claims: Claims;
}
