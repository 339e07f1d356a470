import type { Explanation } from '../../client/client.ts';
import { explainedText } from '../../client/explain-sentences.ts';
import { count } from '../../client/figures.ts';
import type { RecomputedVerdict } from '../recompute-verdicts.ts';
import { plainText } from './plain-text.ts';
import type { RenderOptions } from './render-lane.ts';
import { textTable } from './text-table.ts';

/** An explanation as headed paragraphs that fit into `columns`. */
export const renderExplanation = (
  explanation: Explanation,
  { palette, nowMs, columns }: RenderOptions,
): string => {
  const { lead, sections } = explainedText(explanation, nowMs);
  const title = `${explanation.service} ${explanation.releaseVersion}   rollout ${explanation.rollout}   ${explanation.strategy}, by ${explanation.actor}`;
  const body = sections.flatMap(({ heading, items }) => [
    '',
    palette.bold(plainText(heading)),
    ...items.flatMap(({ name, sentences }) => [
      ...(name === '' ? [] : [`  ${palette.now(plainText(name))}`]),
      ...sentences.flatMap((sentence) => paragraph(sentence, columns)),
    ]),
  ]);
  return [palette.dim(plainText(title)), ...wrapped(plainText(lead), columns), ...body].join('\n');
};

/** One line a verdict: whether what is stored leads to it. */
export const renderRecomputed = (
  verdicts: readonly RecomputedVerdict[],
  { state }: Pick<Explanation, 'state'>,
): string => {
  const isStoppedByGateway = state.kind === 'ended' && state.cause.kind === 'trip-wire';
  const said = verdicts.length > 0 ? [verdictTable(verdicts)] : [];
  if (isStoppedByGateway)
    said.push(
      `A gateway stopped this rollout by itself (record ${state.seq}), on what it alone had counted. That is not stored apart, so it is not computed anew.`,
    );
  return said.length > 0 ? said.join('\n\n') : 'Nothing in this rollout was decided on evidence.';
};

const verdictTable = (verdicts: readonly RecomputedVerdict[]): string =>
  textTable(
    ['RECORD', 'VERDICT', 'LINES', 'RECOMPUTED', 'EVIDENCE'],
    verdicts.map(({ seq, what, lines, result, digest }) => [
      String(seq),
      what,
      lines === null ? '' : count(lines),
      results[result],
      digest ?? '',
    ]),
    [0, 2],
  );

const results: Readonly<Record<RecomputedVerdict['result'], string>> = {
  same: '✔ the same, to the last digit',
  rounded: '✔ the same up to rounding',
  different: '✘ comes out differently',
  altered: '✘ what is stored is not what it was decided on',
  'not-stored': '? its evidence is not stored',
};

const paragraph = (sentence: string, columns: number): string[] =>
  wrapped(plainText(sentence), columns - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);

const wrapped = (text: string, columns: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
