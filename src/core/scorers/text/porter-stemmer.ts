/**
 * Porter's stemmer ("An algorithm for suffix stripping", Program 14, 1980) with its author's later changes and those of NLTK's
 * default mode, which `rouge-score` uses: some irregular forms, `-ies` and `-ied` of short words, `-alli`, `-fulli`, and
 * `-y` only after a consonant. `word` is in lower case.
 */
export const porterStem = (word: string): string => {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  let stem = pluralStep(word);
  stem = pastStep(stem);
  if (stem.endsWith('y') && stem.length > 2 && isConsonant(stem, stem.length - 2))
    stem = `${stem.slice(0, -1)}i`;
  stem = doubleSuffixStep(stem);
  stem = replaced(stem, STEP_3, 0);
  stem = replaced(stem, STEP_4, 1);
  return finalStep(stem);
};

const IRREGULAR = new Map([
  ['sky', 'sky'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['innings', 'inning'],
  ['inning', 'inning'],
  ['outings', 'outing'],
  ['outing', 'outing'],
  ['cannings', 'canning'],
  ['canning', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

const isVowelLetter = (code: number): boolean =>
  code === 97 || code === 101 || code === 105 || code === 111 || code === 117;

const Y = 121;

/** A `y` is a consonant at the beginning and after a vowel. */
const isConsonant = (word: string, at: number): boolean => {
  let i = at;
  let turned = false;
  for (; i > 0 && word.charCodeAt(i) === Y; i -= 1) turned = !turned;
  return isVowelLetter(word.charCodeAt(i)) === turned;
};

/** Porter's m: how often a vowel is followed by a consonant in the first `length` letters. */
const measure = (word: string, length: number): number => {
  let m = 0;
  let before = true;
  for (let i = 0; i < length; i += 1) {
    const code = word.charCodeAt(i);
    const consonant: boolean = code === Y ? i === 0 || !before : !isVowelLetter(code);
    if (i > 0 && consonant && !before) m += 1;
    before = consonant;
  }
  return m;
};

const hasVowel = (word: string, length: number): boolean => {
  for (let i = 0; i < length; i += 1) if (!isConsonant(word, i)) return true;
  return false;
};

const endsWithDoubleConsonant = (word: string): boolean => {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last);
};

/** Porter's *o, and in NLTK also a vowel and a consonant alone. */
const endsLikeHop = (word: string): boolean => {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    last >= 2 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !'wxy'.includes(word[last]!)
  );
};

/** Step 1a. */
const pluralStep = (word: string): string => {
  if (!word.endsWith('s')) return word;
  if (word.endsWith('ies')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2);
  if (word.endsWith('sses')) return word.slice(0, -2);
  return word.endsWith('ss') ? word : word.slice(0, -1);
};

/** Step 1b. */
const pastStep = (word: string): string => {
  if (word.endsWith('ied')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2);
  if (word.endsWith('eed')) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word;
  const cut = word.endsWith('ed') ? 2 : word.endsWith('ing') ? 3 : 0;
  if (cut === 0 || !hasVowel(word, word.length - cut)) return word;
  const stem = word.slice(0, -cut);
  if (stem.endsWith('at') || stem.endsWith('bl') || stem.endsWith('iz')) return `${stem}e`;
  if (endsWithDoubleConsonant(stem)) return 'lsz'.includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem, stem.length) === 1 && endsLikeHop(stem) ? `${stem}e` : stem;
};

type Rules = readonly (readonly [suffix: string, replacement: string])[];

/** The first rule whose suffix fits decides; it replaces only where more than `above` measures stand before the suffix. */
const replaced = (word: string, rules: Rules, above: number): string => {
  for (const [suffix, replacement] of rules) {
    if (!word.endsWith(suffix)) continue;
    const length = word.length - suffix.length;
    if (measure(word, length) <= above) return word;
    if (suffix === 'ion' && !'st'.includes(word[length - 1]!)) return word;
    return word.slice(0, length) + replacement;
  }
  return word;
};

/** Step 2. */
const doubleSuffixStep = (word: string): string => {
  if (word.endsWith('alli') && measure(word, word.length - 4) > 0) return doubleSuffixStep(word.slice(0, -2));
  // The `l` of `-logi` counts as part of what stands before it, so that `geologi` has a measure.
  if (word.endsWith('logi')) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word;
  return replaced(word, STEP_2, 0);
};

const STEP_2: Rules = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['fulli', 'ful'],
];

const STEP_3: Rules = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

const STEP_4: Rules = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ion',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
].map((suffix) => [suffix, '']);

/** Steps 5a and 5b. */
const finalStep = (word: string): string => {
  let stem = word;
  if (stem.endsWith('e')) {
    const shorter = stem.slice(0, -1);
    const m = measure(shorter, shorter.length);
    if (m > 1 || (m === 1 && !endsLikeHop(shorter))) stem = shorter;
  }
  return stem.endsWith('ll') && measure(stem, stem.length - 1) > 1 ? stem.slice(0, -1) : stem;
};
