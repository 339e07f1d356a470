import { writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { invalidConfig } from '../config/invalid-config.ts';
import { readEvaluation } from '../config/load-evaluation.ts';
import type { LeftOut } from '../core/formats/left-out.ts';
import type { PlainObject } from '../core/formats/plain-object.ts';
import type { ConvertedConfig } from '../core/formats/promptfoo/convert-config.ts';
import { TidegateError } from '../errors.ts';
import { evaluationFile } from '../evaluate/formats/evaluation-file.ts';
import { readPromptfoo } from '../evaluate/formats/read-promptfoo.ts';
import type { CommandContext } from './command.ts';
import type { ImportOutcome } from './commands/eval-import.ts';
import { importGoldenFile, refuseOverwriting } from './import-golden-file.ts';

/** Writes one golden set and an evaluation for each provider that can be asked. */
export const importPromptfoo = async (context: CommandContext, file: string): Promise<ImportOutcome> => {
  const { io, options, palette } = context;
  const converted = await readPromptfoo(file);
  const golden = resolve(io.cwd, typeof options.to === 'string' ? options.to : 'golden.jsonl');
  const directory = dirname(golden);
  if (converted.scorers.length === 0)
    throw new TidegateError(
      'import-unusable',
      'None of its assertions has a counterpart, so nothing would be measured.',
      {
        place: { file },
        data: { leftOut: converted.leftOut },
        todo: reasonsOf(converted.leftOut),
      },
    );
  const texts = targetsOf(converted, options.target).map(({ label, target }, index) => {
    const name = index === 0 ? 'tidegate-eval.yaml' : `tidegate-eval.${slug(label)}-${index + 1}.yaml`;
    const path = resolve(directory, name);
    refuseOverwriting(path, io.cwd, options.force === true);
    const text = evaluationFile(converted, basename(file), basename(golden), target);
    const { plan, problems } = readEvaluation(text, path);
    // What was written here must be what can be run here; a schema that is none is the author's.
    if (plan === null) throw invalidConfig(problems, 'Correct it there and import it again.');
    return { path, text };
  });
  const outcome = await importGoldenFile(
    context,
    file,
    converted.cases.map((fields, index) => ({ kind: 'case', line: index + 1, fields })),
    golden,
  );
  for (const { path, text } of texts) writeFileSync(path, text);
  const evaluations = texts.map(({ path }) => relative(io.cwd, path));
  return {
    leftOut: converted.leftOut,
    shown: { ...outcome.shown, evaluations, scorers: converted.scorers.map(({ name }) => name) },
    lines: [
      ...outcome.lines,
      ...evaluations.map((name) => `${palette.good('✔')} ${name}: ${converted.scorers.length} scorers`),
      `Next: add \`require:\`, then run tidegate eval run ${evaluations[0] ?? ''}`,
    ],
  };
};

const targetsOf = (
  { targets }: ConvertedConfig,
  url: unknown,
): readonly { readonly label: string; readonly target: PlainObject }[] => {
  if (typeof url === 'string') return [{ label: url, target: { url, protocol: 'http' } }];
  if (targets.length > 0) return targets;
  throw new TidegateError('import-unusable', 'None of its providers can be asked from here.', {
    todo: 'Say who is asked with --target http://….',
  });
};

const reasonsOf = (leftOut: readonly LeftOut[]): string =>
  [...new Set(leftOut.map(({ what, why }) => `${what}: ${why}`))].slice(0, 5).join('; ');

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'provider';
