/** Deeper than any answer that is meant, and shallow enough for code that goes down into it call by call, as `JSON.stringify` does. */
export const MOST_NESTED = 500;

/** Whether a value of JSON has more than `MOST_NESTED` lists and objects inside each other. Goes down level by level, without recursion. */
export const isNestedDeeper = (value: unknown): boolean => {
  let level = [value].filter(isNode);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MOST_NESTED) return true;
    const next: object[] = [];
    for (const node of level) for (const inner of Object.values(node)) if (isNode(inner)) next.push(inner);
    level = next;
  }
  return false;
};

const isNode = (value: unknown): value is object => typeof value === 'object' && value !== null;
