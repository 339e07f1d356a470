import type { PlainObject } from '../plain-object.ts';
import { isPlainObject } from '../plain-object.ts';

export type Rendered =
  | { readonly isRendered: true; readonly text: string }
  /** `what` it needs that is not offered: a filter, a tag, something of the environment. */
  | { readonly isRendered: false; readonly what: string };

const PLAIN = /^[A-Za-z_][\w]*(?:\.[\w]+|\[\d+\])*$/;

/**
 * Fills `{{name}}` and `{{name.part}}` as Nunjucks does; what is not there becomes nothing, and `onMissing` hears of it. Filters, tags and expressions are refused and
 * not guessed at. A value that holds placeholders itself is filled once more.
 */
export const renderTemplate = (
  template: string,
  vars: PlainObject,
  onMissing: (name: string) => void = () => {},
  depth = 0,
): Rendered => {
  if (!template.includes('{{') && !template.includes('{%') && !template.includes('{#'))
    return { isRendered: true, text: template };
  const special = /\{%.*?%\}|\{#/s.exec(template);
  if (special !== null) return { isRendered: false, what: `the tag ${short(special[0])}` };
  let refused: string | null = null;
  const text = template.replace(/\{\{-?\s*(.*?)\s*-?\}\}/gs, (whole, path: string) => {
    if (!PLAIN.test(path) || path.startsWith('env.')) {
      refused ??= `the expression ${short(whole)}`;
      return '';
    }
    const value = valueAt(vars, path);
    if (value === undefined) onMissing(path);
    const found = textOf(value);
    if (depth >= 2 || typeof value !== 'string') return found;
    const inner = renderTemplate(found, vars, onMissing, depth + 1);
    if (!inner.isRendered) refused ??= inner.what;
    return inner.isRendered ? inner.text : '';
  });
  return refused === null ? { isRendered: true, text } : { isRendered: false, what: refused };
};

const valueAt = (vars: PlainObject, path: string): unknown =>
  path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<unknown>(
      (value, step) =>
        (isPlainObject(value) || Array.isArray(value)) && Object.hasOwn(value, step)
          ? (value as PlainObject)[step]
          : undefined,
      vars,
    );

const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);
