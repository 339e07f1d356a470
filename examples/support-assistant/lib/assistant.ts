import type { ArticleIndex } from './article-index.ts';
import type { LanguageModel, Spoken } from './language-model.ts';
import type { Prompt } from './prompt.ts';
import type { Settings } from './settings.ts';

/** Finds the articles that a question is about and has the language model answer from them. */
export type Assistant = (
  question: string,
  listener: { readonly signal: AbortSignal; readonly onText: (text: string) => void },
) => Promise<Spoken>;

export const assistant =
  (parts: { index: ArticleIndex; model: LanguageModel; prompt: Prompt; settings: Settings }): Assistant =>
  async (question, listener) => {
    const { index, model, prompt, settings } = parts;
    const articles = await index.nearest(question, settings.articles);
    const { temperature, maxTokens } = settings;
    return model.speak({
      system: prompt.system,
      question: prompt.question(question, articles),
      temperature,
      maxTokens,
      ...listener,
    });
  };
