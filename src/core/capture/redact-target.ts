import type { TextRedactor } from './redact-text.ts';
import { type NameRules, plainName, QUERY_CREDENTIALS } from './sensitive-name.ts';

/** The path and query of a request without what `redactor` finds in them, and without values of parameters with told names. */
export function redactTarget(target: string, names: NameRules, redactor: TextRedactor): string {
  const mark = target.indexOf('?');
  const path = (mark === -1 ? target : target.slice(0, mark))
    .split('/')
    .map((step) => unlessChanged(step, decoded(step), redactor))
    .join('/');
  if (mark === -1) return path;
  const query = target.slice(mark + 1).split('&');
  return `${path}?${query.map((parameter) => redactParameter(parameter, names, redactor)).join('&')}`;
}

function redactParameter(parameter: string, names: NameRules, redactor: TextRedactor): string {
  const equals = parameter.indexOf('=');
  const name = equals === -1 ? parameter : parameter.slice(0, equals);
  const plain = plainName(decoded(name));
  const shown = unlessChanged(name, decoded(name), redactor);
  if (equals === -1) return shown;
  const told = names.get(plain) ?? (QUERY_CREDENTIALS.has(plain) ? 'secret' : undefined);
  if (told !== undefined) return `${shown}=${redactor.takeOut(told)}`;
  const value = parameter.slice(equals + 1);
  return `${shown}=${unlessChanged(value, decoded(value.replaceAll('+', ' ')), redactor)}`;
}

/** As it was written where nothing is found in what it says. A plus may be part of a number, so both readings are looked at. */
function unlessChanged(written: string, plain: string, redactor: TextRedactor): string {
  const redacted = redactor.redact(plain);
  return redacted === plain ? redactor.redact(written) : redacted;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
