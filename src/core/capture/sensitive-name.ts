import type { PersonalData } from '../scorers/safety/personal-data.ts';

/** As members, headers and parameters are compared: without case, `_`, `-` and spaces. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[_\-\s]/g, '');

/** What stands in the place of values, by the plain names of their members. */
export type NameRules = ReadonlyMap<string, string>;

/** Values of credentials go wherever they stand, those of personal data of `kinds`, and those of `fields`. */
export const nameRules = (fields: readonly string[], kinds: readonly PersonalData[]): NameRules =>
  new Map([
    ...CREDENTIALS.map((name) => [name, 'secret'] as const),
    ...kinds.flatMap((kind) => (PERSONAL[kind] ?? []).map((name) => [name, kind] as const)),
    ...fields.map((name) => [plainName(name), 'redacted'] as const),
  ]);

/** Parameters of queries, where `key` and `token` mean nothing else. */
export const QUERY_CREDENTIALS: ReadonlySet<string> = new Set(['key', 'token', 'sig', 'code', 'auth']);

const words = (text: string): string[] => text.trim().split(/\s+/);

/** `token` alone is none of them: models speak of tokens all the time. */
const CREDENTIALS: readonly string[] = words(`
  password passwd passphrase pwd secret clientsecret secretkey secretaccesskey privatekey apikey xapikey xgoogapikey
  accesskey accesskeyid subscriptionkey ocpapimsubscriptionkey accesstoken authtoken refreshtoken sessiontoken idtoken
  bearertoken securitytoken csrftoken authorization proxyauthorization cookie setcookie sessionid credentials
  signature xamzsignature pin cvv cvc otp onetimepassword
`);

const PERSONAL: Readonly<Partial<Record<PersonalData, readonly string[]>>> = {
  email: words('email emailaddress mail useremail'),
  phone: words('phone phonenumber telephone mobile mobilenumber cell'),
  card: words('cardnumber creditcard creditcardnumber ccnumber pan'),
  iban: words('iban accountnumber'),
  'us-ssn': words('ssn socialsecuritynumber'),
  'uk-nino': words('nino nationalinsurancenumber'),
  'german-tax-id': words('taxid steuerid steueridentifikationsnummer'),
  'french-nir': words('nir'),
};

/** Whether a header may be stored when a service names it: not if it could carry a credential, an identity or an address. */
export const mayStoreHeader = (name: string): boolean =>
  !/auth|cookie|key|token|secret|passw|credential|signature|session|forwarded|real-ip|client-ip|connecting-ip/i.test(
    name,
  );
