/** Texts that are recognisably keys of well-known services, or private keys, or addresses with a password. */
export const CREDENTIAL_SHAPES =
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}|\bhf_[A-Za-z0-9]{20,}|\bAKIA[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*|(?<=\/\/[^\s:/@]{0,64}:)[^\s:/@$]+(?=@)/g;

const CREDENTIAL_NAME =
  /(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)($|_)/i;

/** Whether a variable probably holds a credential itself, by the shape of the value or by its own name. */
export const looksLikeCredential = (name: string, value: string): boolean => {
  if (value.search(CREDENTIAL_SHAPES) >= 0) return true;
  return CREDENTIAL_NAME.test(name) && value.length >= 8 && !isHarmless(value);
};

/** A path, a plain number or a word says where or how much, not what. */
const isHarmless = (value: string): boolean =>
  /^(\.{0,2}\/[\w./-]*|[0-9.]+|true|false|[a-z]+(-[a-z]+)*)$/.test(value) || /^\$\{env:[^}]*\}$/.test(value);

/** `${env:NAME}` fills in while sealing; for a credential that would store it in the release. */
export const sealsCredential = (name: string, value: string): string | undefined => {
  for (const [, variable] of value.matchAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)[^}]*\}/g))
    if (CREDENTIAL_NAME.test(variable!) || CREDENTIAL_NAME.test(name)) return variable;
  return undefined;
};
