import { parsePattern } from './parse-pattern.ts';
import { patternProgram } from './pattern-program.ts';
import type { Assertion } from './pattern-tree.ts';

export interface PatternOptions {
  readonly ignoreCase: boolean;
  /** Whether `^` and `$` also hold at line breaks. */
  readonly multiline: boolean;
  /** Whether `.` also stands for line breaks. */
  readonly dotAll: boolean;
  /** Whether the whole text must match, or any part of it. */
  readonly whole: boolean;
}

export type CompiledPattern =
  | { readonly isCompiled: true; readonly matches: (text: string) => boolean }
  | {
      readonly isCompiled: false;
      readonly reason: 'syntax' | 'lookaround' | 'backreference' | 'modifiers' | 'too-large';
    };

/**
 * Compiles a JavaScript pattern (flag `u`) to a test that takes time in proportion to text times pattern, whatever both are: all
 * ways through the pattern are followed at once (Thompson 1968; Cox, "Regular expression matching can be simple and fast",
 * 2007). JavaScript's own engine tries them one by one, and `(a+)+b` keeps it busy for years on thirty letters; a rule cannot be
 * interrupted, so it must not be asked. What such a machine cannot do is refused: lookaround and backreferences.
 */
export const compilePattern = (source: string, options: PatternOptions): CompiledPattern => {
  const flags = `u${options.ignoreCase ? 'i' : ''}${options.dotAll ? 's' : ''}`;
  try {
    new RegExp(source, flags);
  } catch {
    return { isCompiled: false, reason: 'syntax' };
  }
  const parsed = parsePattern(source);
  if (!parsed.isParsed) return { isCompiled: false, reason: parsed.reason };
  const program = patternProgram(parsed.tree);
  if (program === null) return { isCompiled: false, reason: 'too-large' };

  const { steps, start } = program;
  const sets = new Map<string, CharacterSet>();
  const setOf = (set: string): CharacterSet => {
    let known = sets.get(set);
    if (known === undefined) sets.set(set, (known = characterSet(set, flags)));
    return known;
  };
  const tests = steps.map((step) => (step.kind === 'character' ? setOf(step.source) : null));
  const isWordCharacter = characterSet('\\w', flags);
  const isWord = (code: number): boolean => code >= 0 && isWordCharacter(code);
  const holds = (assertion: Assertion, before: number, after: number): boolean => {
    switch (assertion) {
      case 'start':
        return before < 0 || (options.multiline && isLineBreak(before));
      case 'end':
        return after < 0 || (options.multiline && isLineBreak(after));
      case 'boundary':
        return isWord(before) !== isWord(after);
      case 'no-boundary':
        return isWord(before) === isWord(after);
    }
  };

  const matches = (text: string): boolean => {
    let current = new Int32Array(steps.length);
    let following = new Int32Array(steps.length);
    // At which position a step was last entered, so that no step is followed twice for one character.
    const enteredAt = new Int32Array(steps.length).fill(-1);
    const open: number[] = [];
    let count = 0;
    const enter = (
      first: number,
      into: Int32Array,
      size: number,
      at: number,
      before: number,
      after: number,
    ) => {
      let n = size;
      open.push(first);
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        if (enteredAt[id] === at) continue;
        enteredAt[id] = at;
        const step = steps[id]!;
        if (step.kind === 'either') for (const next of step.next) open.push(next);
        else if (step.kind === 'assertion') {
          if (holds(step.at, before, after)) open.push(step.next);
        } else if (step.kind === 'character') {
          into[n] = id;
          n += 1;
        }
      }
      return n;
    };
    let at = 0;
    let code = text.codePointAt(0) ?? -1;
    count = enter(start, current, 0, 0, -1, code);
    while (code >= 0) {
      if (!options.whole && enteredAt[0] === at) return true;
      const next = at + (code > 0xffff ? 2 : 1);
      const after = text.codePointAt(next) ?? -1;
      let size = 0;
      for (let i = 0; i < count; i += 1) {
        const id = current[i]!;
        const step = steps[id]!;
        if (step.kind === 'character' && tests[id]!(code))
          size = enter(step.next, following, size, next, code, after);
      }
      if (!options.whole) size = enter(start, following, size, next, code, after);
      else if (size === 0 && enteredAt[0] !== next) return false;
      [current, following] = [following, current];
      count = size;
      at = next;
      code = after;
    }
    return enteredAt[0] === at;
  };
  return { isCompiled: true, matches };
};

type CharacterSet = (code: number) => boolean;

/** Membership as JavaScript decides it for a single character, remembered for ASCII. */
const characterSet = (source: string, flags: string): CharacterSet => {
  const test = new RegExp(`^(?:${source})$`, flags);
  // 0: not asked yet, 1: no, 2: yes.
  const ascii = new Uint8Array(128);
  return (code) => {
    if (code >= 128) return test.test(String.fromCodePoint(code));
    if (ascii[code] === 0) ascii[code] = test.test(String.fromCharCode(code)) ? 2 : 1;
    return ascii[code] === 2;
  };
};

const isLineBreak = (code: number): boolean =>
  code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
