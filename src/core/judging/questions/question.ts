export interface ChatMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** Something a judge is asked, and how its answer is read. */
export interface Question<Answer> {
  /** `mark` is unpredictable, and another one for every call. */
  readonly messages: (mark: string) => readonly ChatMessage[];
  /** Null for everything that is not exactly what was asked for. */
  readonly read: (content: unknown) => Answer | null;
}

/** What a question is about; null where there is none. */
export interface Material {
  readonly request: string;
  readonly answer: string;
  readonly reference: string | null;
  readonly context: readonly string[] | null;
}
