import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Article, buildIndex } from './lib/article-index.ts';
import { openEmbed } from './lib/embed.ts';

const here = import.meta.dirname;
const articles = readFileSync(join(here, 'knowledge/articles.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Article);
mkdirSync(join(here, 'index'), { recursive: true });
await buildIndex(
  articles,
  await openEmbed(join(here, 'models/embedding')),
  join(here, 'index/articles.json'),
);
console.log(`${articles.length} articles in index/articles.json`);
