import type { Finding } from './finding.ts';
import { findAll } from './finding.ts';

/**
 * Addresses of e-mail. Those in domains set aside for examples (RFC 2606) belong to nobody and do not count, nor does the
 * `user@host` of a web or database address.
 */
export const findEmails = (text: string): Finding<'email'>[] =>
  text.includes('@')
    ? findAll(
        text,
        'email',
        EMAIL,
        (match, start) =>
          !EXAMPLE.test(match) && !/\/\/\S{0,100}$/.test(text.slice(Math.max(0, start - 100), start)),
      )
    : [];

/** Telephone numbers with a plus and a code of ITU-T E.164, 8 to 15 digits, groups separated by space, dot, dash or brackets. */
export const findPhones = (text: string): Finding<'phone'>[] =>
  text.includes('+') ? findAll(text, 'phone', PHONE, (match) => isE164(match.replace(/[ .()-]/g, ''))) : [];

/** `text` has no separators. */
export const isE164 = (text: string): boolean =>
  /^\+[1-9]\d{7,14}$/.test(text) && CALLING_CODE.test(text.slice(1));

// The look behind keeps a long row of letters from being tried at each of them.
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[A-Za-z0-9_](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\p{L}\p{N}_-])/gu;

const EXAMPLE = /[@.](?:example\.(?:com|net|org)|example|test|invalid|localhost)$/i;

const PHONE = /(?<![\p{L}\p{N}_+)=-])(?<!\d )\+[1-9](?:[ .-]?\(?\d\)?){7,14}(?![\p{L}\p{N}_]|[.,-]\d)/gu;

/** Assigned codes: of one digit, of two, and the ranges of three. */
const CALLING_CODE =
  /^(?:1[2-9]|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69]\d|35\d|37\d|38\d|42[013]|50\d|59\d|67\d|68\d|69[0-2]|80[08]|85[02356]|87\d|88[0-36-8]|96[0-8]|97[0-79]|99[2-68])/;
