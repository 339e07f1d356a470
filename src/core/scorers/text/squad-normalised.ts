import { splitAtSpace } from './python-whitespace.ts';

/**
 * The words of an answer as the evaluation of SQuAD compares them (Rajpurkar et al., "SQuAD: 100,000+ questions for machine
 * comprehension of text", 2016): lower case, ASCII punctuation gone, then the articles a, an and the gone.
 */
export const squadWords = (text: string): string[] =>
  splitAtSpace(text.toLowerCase().replace(PUNCTUATION, '').replace(ARTICLE, ' '));

export const squadNormalised = (text: string): string => squadWords(text).join(' ');

const PUNCTUATION = /[!-/:-@[-`{-~]/g;

// JavaScript's \b knows ASCII letters only; an `a` inside an accented word is no article.
const ARTICLE = /(?<![\p{L}\p{N}_])(?:an?|the)(?![\p{L}\p{N}_])/gu;
