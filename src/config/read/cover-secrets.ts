import { type Document, isPair, type Node, type Pair, type Scalar, visit } from 'yaml';
import { CREDENTIAL_SHAPES, looksLikeCredential } from '../looks-like-credential.ts';
import { readSecretReference } from '../scalars/secret-reference.ts';
import { keyText } from './locate.ts';

/**
 * The text with everything that may be a secret replaced by asterisks, every character in its place, so that lines of it
 * can be shown. A value below `secrets` is covered unless it is a proper reference.
 */
export const cover = (document: Document, text: string): string => {
  const pieces: string[] = [];
  let done = 0;
  visit(document, {
    Scalar: (key, scalar, ancestors) => {
      if (key === 'key' || !scalar.range || !mayBeSecret(scalar, ancestors)) return;
      const [start, end] = scalar.range;
      if (start < done) return;
      pieces.push(text.slice(done, start), text.slice(start, end).replace(/[^\r\n]/g, '*'));
      done = end;
    },
  });
  return [...pieces, text.slice(done)]
    .join('')
    .replace(CREDENTIAL_SHAPES, (match) => '*'.repeat(match.length));
};

const mayBeSecret = (scalar: Scalar, ancestors: readonly (Document | Node | Pair)[]): boolean => {
  const pair = ancestors.at(-1);
  const name = isPair(pair) ? keyText(pair) : '';
  if (ancestors.some((each) => isPair(each) && /^secrets?$/i.test(keyText(each))))
    return !('value' in readSecretReference(scalar.value));
  // Whatever a header holds may let somebody in.
  if (ancestors.some((each) => isPair(each) && keyText(each) === 'headers'))
    return !String(scalar.value).includes('${env:');
  return looksLikeCredential(name, String(scalar.value));
};
