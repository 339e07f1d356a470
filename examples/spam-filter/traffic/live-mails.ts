import { type Label, readCorpus } from '../training/corpus.ts';

export interface LiveMail {
  text: string;
  /** The true label. */
  label: Label;
}

/** The mail users send in the story: of the later period, of every kind and size, none of it trained on or in the golden set. */
export function liveMails(): LiveMail[] {
  return readCorpus().filter((mail) => mail.use === 'live' && mail.period === 'later');
}
