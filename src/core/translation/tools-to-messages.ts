import { type Findings, refuse } from './findings.ts';
import { copyTo, type Data, isData, onlyIf, readList, readMembers, readText } from './read-members.ts';

/** A tool without parameters still needs a schema in Messages. */
const NO_PARAMETERS = { type: 'object', properties: {} };

export function toolsToMessages(given: unknown, at: string, findings: Findings): Data[] {
  const tools: Data[] = [];
  readList(given, at, findings, (tool, path) => {
    const made: Record<string, unknown> = { name: '', input_schema: NO_PARAMETERS };
    readMembers(tool, path, findings, {
      type: onlyIf(findings, 'function'),
      function: (value, functionPath) =>
        readMembers(value, functionPath, findings, {
          name: (name, namePath) => {
            made.name = readText(name, namePath, findings);
          },
          description: copyTo(made, 'description'),
          parameters: copyTo(made, 'input_schema'),
          strict: (strict) => {
            if (strict === true) made.strict = true;
          },
        }),
    });
    tools.push(made);
  });
  return tools;
}

/** Null: the interface's own default, which is the same on both sides. */
export function choiceToMessages(choice: unknown, isParallel: unknown, findings: Findings): Data | null {
  const single = isParallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === undefined || choice === null)
    return isParallel === false ? { type: 'auto', ...single } : null;
  if (choice === 'none') return { type: 'none' };
  if (choice === 'auto') return { type: 'auto', ...single };
  if (choice === 'required') return { type: 'any', ...single };
  let name: string | null = null;
  if (isData(choice))
    readMembers(choice, 'tool_choice', findings, {
      type: onlyIf(findings, 'function'),
      function: (value, at) =>
        readMembers(value, at, findings, {
          name: (given, path) => {
            name = readText(given, path, findings);
          },
        }),
    });
  if (name !== null) return { type: 'tool', name, ...single };
  refuse(findings, 'tool_choice', 'has no counterpart in the interface of the release');
  return null;
}
