import { constants, copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const sealed = [
  'server.ts',
  'lib',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'prompt',
  'index',
  'settings.json',
  'tidegate.yaml',
];

const release = (title: string, files: Readonly<Record<string, string>> = {}) => ({ title, files });
/** The releases of the story: what each changes of this folder. */
export const releases = {
  '1.0.0': release('the first release: the model alone, without the articles', {
    'prompt/question.md': 'Question: {{question}}\n',
  }),
  '1.1.0': release('the prompt gets the article that fits the question'),
  // Made from an old copy of the template. Every answer is a quick, polite and complete sentence with status 200.
  '1.2.0': release('a friendlier prompt, in which the articles got lost', {
    'prompt/system.md':
      'You are a warm and friendly support assistant. Thank the customer for the question first, and answer in one short sentence.\n',
    'prompt/question.md': 'Question: {{question}}\n',
  }),
} as const;
export type Version = keyof typeof releases;

/** Writes the folder that a release is made from, models included. */
export const writeTree = (folder: string, version: Version): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of sealed) cpSync(join(here, name), join(folder, name), { recursive: true });
  for (const name of ['embedding', 'language']) {
    const [from, to] = [join(here, 'models', name), join(folder, 'models', name)];
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(from))
      copyFileSync(join(from, file), join(to, file), constants.COPYFILE_FICLONE);
  }
  for (const [file, text] of Object.entries(releases[version].files)) writeFileSync(join(folder, file), text);
};
