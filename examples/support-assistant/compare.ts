import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndex } from './lib/article-index.ts';
import { assistant } from './lib/assistant.ts';
import { openEmbed } from './lib/embed.ts';
import { openLanguageModel } from './lib/language-model.ts';
import { readPrompt } from './lib/prompt.ts';
import { readSettings } from './lib/settings.ts';
import { releases, type Version, writeTree } from './releases.ts';
import { hasHelped, questionsFor } from './traffic/live-questions.ts';

/** Asks each release of the story (or those named) all questions, without a server or gateway, and counts how many answers help. `--show` prints them. */
const named = process.argv.slice(2).filter((word) => word !== '--show');
const isShown = process.argv.includes('--show');
const here = import.meta.dirname;
const embed = await openEmbed(join(here, 'models/embedding'));
const index = openIndex(join(here, 'index/articles.json'), embed);
const model = await openLanguageModel(join(here, 'models/language/model.gguf'), { atOnce: 1 });
const questions = [...questionsFor('golden'), ...questionsFor('live')];

const measure = async (version: Version, tree: string): Promise<void> => {
  const settings = readSettings(join(tree, 'settings.json'));
  const answer = assistant({ index, model, prompt: readPrompt(join(tree, 'prompt')), settings });
  const never = new AbortController().signal;
  await answer('Hello?', { signal: never, onText: () => {} });
  const before = process.cpuUsage();
  let helped = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const question of questions) {
    const spoken = await answer(question.question, { signal: never, onText: () => {} });
    const isHelp = hasHelped(question, spoken.text);
    if (isHelp) helped += 1;
    inputTokens += spoken.inputTokens;
    outputTokens += spoken.outputTokens;
    if (isShown) console.log(`${isHelp ? '+' : '-'} ${question.question} ${JSON.stringify(spoken.text)}`);
  }
  const { user, system } = process.cpuUsage(before);
  const each = (total: number): string => (total / questions.length).toFixed(0);
  console.log(
    `${version}: ${helped} of ${questions.length} answers help; each takes ${each((user + system) / 1_000)} ms of processor time, ` +
      `${each(inputTokens)} tokens in, ${each(outputTokens)} out`,
  );
};

const directory = mkdtempSync(join(tmpdir(), 'support-assistant-compare-'));
try {
  for (const version of Object.keys(releases) as Version[]) {
    if (named.length > 0 && !named.includes(version)) continue;
    writeTree(join(directory, version), version);
    await measure(version, join(directory, version));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
