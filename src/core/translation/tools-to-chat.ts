import { type Findings, refuse } from './findings.ts';
import {
  copyTo,
  type Data,
  hint,
  isData,
  onlyIf,
  readElsewhere,
  readList,
  readMembers,
  readText,
} from './read-members.ts';

export function toolsToChat(given: unknown, at: string, findings: Findings): Data[] {
  const tools: Data[] = [];
  readList(given, at, findings, (tool, path) => {
    const made: Record<string, unknown> = { name: '' };
    readMembers(tool, path, findings, {
      // Tools that the maker runs itself have types of their own.
      type: onlyIf(findings, 'custom'),
      name: (value, namePath) => {
        made.name = readText(value, namePath, findings);
      },
      description: copyTo(made, 'description'),
      input_schema: copyTo(made, 'parameters'),
      strict: (strict) => {
        if (strict === true) made.strict = true;
      },
      cache_control: hint(findings, 'cache_control'),
      eager_input_streaming: hint(findings, 'tools.eager_input_streaming'),
    });
    tools.push({ type: 'function', function: made });
  });
  return tools;
}

export interface ChatChoice {
  /** Absent: the interface's own default, which is the same on both sides. */
  readonly tool_choice?: unknown;
  readonly parallel_tool_calls?: false;
}

export function choiceToChat(choice: unknown, at: string, findings: Findings): ChatChoice {
  let isSingle = false;
  let name = '';
  readMembers(choice, at, findings, {
    type: readElsewhere,
    name: (value, path) => {
      name = readText(value, path, findings);
    },
    disable_parallel_tool_use: (value) => {
      isSingle = value === true;
    },
  });
  const single = isSingle ? { parallel_tool_calls: false as const } : {};
  const type = isData(choice) ? choice.type : undefined;
  switch (type) {
    case 'auto':
    case 'none':
      return { tool_choice: type, ...single };
    case 'any':
      return { tool_choice: 'required', ...single };
    case 'tool':
      return { tool_choice: { type: 'function', function: { name } }, ...single };
    default:
      refuse(findings, `${at}.type`, 'has no counterpart in the interface of the release');
      return {};
  }
}
