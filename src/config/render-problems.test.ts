import { expect, test } from 'vitest';
import { checkPolicy } from './check-policy.ts';
import { renderProblems } from './render-problems.ts';

test('place, message, the line with a caret, and what was meant', () => {
  const text = '# rules\nalpha:\n  rolback: 1%\n\nhold: {duration: 10 minutes}\n';
  expect(renderProblems(checkPolicy(text, 'policy.yaml'))).toBe(
    [
      'policy.yaml:3:3: error: unknown key "rolback" (alpha.rolback)',
      '  3 |   rolback: 1%',
      '    |   ^',
      '  did you mean rollback?',
      '',
      'policy.yaml:5:18: error: "10 minutes" is not a duration (hold.duration)',
      '  5 | hold: {duration: 10 minutes}',
      '    |                  ^',
      '  did you mean 10m?',
    ].join('\n'),
  );
});

test('nothing in a file can steer the terminal', () => {
  const rendered = renderProblems(checkPolicy('whenRunning: "\\e[31mx"\nx: "\u001B[2J"\n', 'policy.yaml'));
  expect(rendered.includes('\u001B')).toBe(false);
});

test('a very long line is left out', () => {
  const rendered = renderProblems(checkPolicy(`x: ${'y'.repeat(5_000)}\n`, 'policy.yaml'));
  expect(rendered).toBe('policy.yaml:1:1: error: unknown key "x" (x)');
});
