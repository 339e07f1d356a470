import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CONFIG_FILES } from '../json-schemas.ts';
import { type DetectedProject, detectProject } from './detect-project.ts';
import { serviceTemplate } from './service-template.ts';

export type WrittenServiceFile =
  | {
      readonly outcome: 'written';
      readonly path: string;
      readonly text: string;
      readonly project: DetectedProject;
    }
  /** There is one already; it was not touched. */
  | { readonly outcome: 'exists'; readonly path: string };

/** Writes a commented tidegate.yaml for the project in this folder, unless there is one. */
export const writeServiceFile = (directory: string): WrittenServiceFile => {
  const path = join(resolve(directory), 'tidegate.yaml');
  if (existsSync(path)) return { outcome: 'exists', path };
  const project = detectProject(directory);
  const text = serviceTemplate(project, { schemaPath: installedSchema(resolve(directory)) });
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return { outcome: 'exists', path };
    throw error;
  }
  return { outcome: 'written', path, text, project };
};

/** The JSON Schema of an installed package, in this folder or one above it. */
const installedSchema = (directory: string): string | null => {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', 'tidegate', 'schema', CONFIG_FILES.service.schemaFile);
    if (existsSync(path)) {
      const fromHere = relative(directory, path).replaceAll('\\', '/');
      return fromHere.startsWith('.') ? fromHere : `./${fromHere}`;
    }
    if (folder === dirname(folder)) return null;
  }
};
