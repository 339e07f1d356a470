type Schema = Readonly<Record<string, unknown>>;

/**
 * A small validator for the part of JSON Schema draft-07 that the generated schemas use. It throws at a keyword it does not
 * know, so that no test passes because something was ignored.
 */
export const draft07Errors = (schema: Schema, value: unknown, path = '$'): string[] => {
  const errors: string[] = [];
  for (const [keyword, argument] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`the keyword ${keyword} at ${path} is not known`);
    errors.push(...check(argument, value, path, schema));
  }
  return errors;
};

const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'default', 'examples']);

type Check = (argument: unknown, value: unknown, path: string, schema: Schema) => string[];

const when = (failed: boolean, message: string): string[] => (failed ? [message] : []);
const isMap = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const size = (value: unknown): number => Object.keys(value as object).length;

const isOfType = (type: unknown, value: unknown): boolean => {
  switch (type) {
    case 'object':
      return isMap(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`unknown type ${String(type)}`);
  }
};

const KEYWORDS: Readonly<Record<string, Check>> = {
  type: (types, value, path) =>
    when(![types].flat().some((type) => isOfType(type, value)), `${path} is no ${String(types)}`),
  enum: (values, value, path) => when(!(values as unknown[]).includes(value), `${path} is none of the enum`),
  pattern: (pattern, value, path) =>
    when(
      typeof value === 'string' && !new RegExp(pattern as string, 'u').test(value),
      `${path} does not match ${String(pattern)}`,
    ),
  minLength: (least, value, path) =>
    when(typeof value === 'string' && value.length < Number(least), `${path} is short`),
  maxLength: (most, value, path) =>
    when(typeof value === 'string' && value.length > Number(most), `${path} is long`),
  minimum: (least, value, path) =>
    when(typeof value === 'number' && value < Number(least), `${path} is small`),
  maximum: (most, value, path) => when(typeof value === 'number' && value > Number(most), `${path} is large`),
  exclusiveMinimum: (least, value, path) =>
    when(typeof value === 'number' && value <= Number(least), `${path} is small`),
  exclusiveMaximum: (most, value, path) =>
    when(typeof value === 'number' && value >= Number(most), `${path} is large`),
  minItems: (least, value, path) =>
    when(Array.isArray(value) && value.length < Number(least), `${path} has few items`),
  maxItems: (most, value, path) =>
    when(Array.isArray(value) && value.length > Number(most), `${path} has many items`),
  minProperties: (least, value, path) =>
    when(isMap(value) && size(value) < Number(least), `${path} has few keys`),
  maxProperties: (most, value, path) =>
    when(isMap(value) && size(value) > Number(most), `${path} has many keys`),
  items: (items, value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => draft07Errors(items as Schema, each, `${path}[${index}]`))
      : [],
  properties: (properties, value, path) =>
    isMap(value)
      ? Object.entries(properties as Record<string, Schema>).flatMap(([name, inner]) =>
          Object.hasOwn(value, name) ? draft07Errors(inner, value[name], `${path}.${name}`) : [],
        )
      : [],
  required: (names, value, path) =>
    isMap(value)
      ? (names as string[])
          .filter((name) => !Object.hasOwn(value, name))
          .map((name) => `${path} lacks ${name}`)
      : [],
  additionalProperties: (rule, value, path, { properties = {} }) => {
    if (!isMap(value)) return [];
    const others = Object.keys(value).filter((name) => !Object.hasOwn(properties as object, name));
    if (rule === false) return others.map((name) => `${path} must not have ${name}`);
    return others.flatMap((name) => draft07Errors(rule as Schema, value[name], `${path}.${name}`));
  },
  propertyNames: (rule, value, path) =>
    isMap(value)
      ? Object.keys(value).flatMap((name) => draft07Errors(rule as Schema, name, `${path} key ${name}`))
      : [],
  anyOf: (branches, value, path) => {
    const errors = (branches as Schema[]).map((branch) => draft07Errors(branch, value, path));
    return errors.some((each) => each.length === 0)
      ? []
      : [`${path} fits no branch: ${errors.flat().join('; ')}`];
  },
  oneOf: (branches, value, path) => {
    const fitting = (branches as Schema[]).filter(
      (branch) => draft07Errors(branch, value, path).length === 0,
    );
    return when(fitting.length !== 1, `${path} fits ${fitting.length} branches, not one`);
  },
};
