export type TrecLine<Row> =
  | { readonly isRead: true; readonly row: Row }
  /** Completes a sentence that begins with the line. */
  | { readonly isRead: false; readonly message: string };

export interface Judgement {
  readonly topic: string;
  readonly document: string;
  readonly grade: number;
}

export interface Retrieved {
  readonly topic: string;
  readonly document: string;
  readonly score: number;
  /** What its maker called the run. */
  readonly tag: string;
}

/** `topic iteration document grade`. */
export const parseJudgement = (line: string): TrecLine<Judgement> => {
  const [topic = '', , document = '', grade = '', ...more] = line.trim().split(/\s+/);
  if (document === '' || more.length > 0 || !/^-?\d+$/.test(grade))
    return { isRead: false, message: 'is no judgement: topic, iteration, document and a whole number' };
  return { isRead: true, row: { topic, document, grade: Number(grade) } };
};

/** `topic Q0 document rank score tag`. The rank is passed over, as trec_eval does: the score says the order. */
export const parseRetrieved = (line: string): TrecLine<Retrieved> => {
  const [topic = '', , document = '', , score = '', tag = '', ...more] = line.trim().split(/\s+/);
  if (tag === '' || more.length > 0 || !Number.isFinite(Number(score)))
    return { isRead: false, message: 'is no line of a run: topic, Q0, document, rank, score and tag' };
  return { isRead: true, row: { topic, document, score: Number(score), tag } };
};
