import { readFileSync, writeFileSync } from 'node:fs';
import type { Embed } from './embed.ts';

export interface Article {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface ArticleIndex {
  /** The `count` nearest articles, nearest first. */
  nearest(question: string, count: number): Promise<readonly Article[]>;
}

interface StoredIndex {
  readonly articles: readonly (Article & { readonly vector: readonly number[] })[];
}

/** Writes the index: each article with its vector. */
export const buildIndex = async (articles: readonly Article[], embed: Embed, file: string): Promise<void> => {
  const stored: StoredIndex = {
    articles: await Promise.all(
      articles.map(async (article) => ({
        ...article,
        vector: [...(await embed(`${article.title}. ${article.text}`))].map((value) =>
          Number(value.toFixed(5)),
        ),
      })),
    ),
  };
  writeFileSync(file, `${JSON.stringify(stored)}\n`);
};

export const openIndex = (file: string, embed: Embed): ArticleIndex => {
  const { articles } = JSON.parse(readFileSync(file, 'utf8')) as StoredIndex;
  return {
    async nearest(question, count) {
      const asked = await embed(question);
      return articles
        .map((article) => ({
          article,
          likeness: article.vector.reduce((sum, value, at) => sum + value * asked[at]!, 0),
        }))
        .sort((one, other) => other.likeness - one.likeness)
        .slice(0, count)
        .map(({ article }) => article);
    },
  };
};
