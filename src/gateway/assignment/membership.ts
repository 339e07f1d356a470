import type { IncomingHttpHeaders } from 'node:http';
import type { Audience } from '../../core/audience/audience.ts';
import { type Claims, holdsOne } from '../identity/claim-at.ts';
import { placeOfKey } from './assign.ts';

/** What says whether a request is in an audience. */
export interface AudienceRequest {
  readonly headers: IncomingHttpHeaders;
  /** Of the caller's token; null without one. */
  readonly claims: Claims | null;
  readonly keyId: string | null;
}

export type Membership = (request: AudienceRequest) => boolean;

/** Made once for a route table. `salt` is the rollout's: who is in a part of the keys does not change while it runs. */
export function membershipOf(audience: Audience, salt: string): Membership {
  switch (audience.type) {
    case 'header': {
      const { name, values } = audience;
      const wanted = new Set(values);
      return ({ headers }) => {
        const value = textOf(headers[name]);
        return value !== null && wanted.has(value);
      };
    }
    case 'header-prefix': {
      const { name, prefix } = audience;
      return ({ headers }) => textOf(headers[name])?.startsWith(prefix) === true;
    }
    case 'claim':
      return ({ claims }) => claims !== null && holdsOne(claims, audience.name, audience.values);
    case 'keys': {
      const ids = new Set(audience.ids);
      return ({ keyId }) => keyId !== null && ids.has(keyId);
    }
    case 'key-share': {
      // Not the toss for the candidate: who is in the audience must say nothing about who of it is drawn.
      const own = `${salt}\0audience`;
      return ({ keyId }) => keyId !== null && placeOfKey(own, keyId) < audience.share;
    }
    case 'all': {
      const tests = audience.of.map((one) => membershipOf(one, salt));
      return (request) => tests.every((test) => test(request));
    }
    case 'any': {
      const tests = audience.of.map((one) => membershipOf(one, salt));
      return (request) => tests.some((test) => test(request));
    }
    case 'not': {
      const test = membershipOf(audience.of, salt);
      return (request) => !test(request);
    }
    // Of a newer version, or of a manifest that nobody has checked: whom it means is not known.
    default:
      return () => false;
  }
}

const textOf = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value.join(',') : value) ?? null;
