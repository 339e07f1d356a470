type JsonSchema = Readonly<Record<string, unknown>>;

/** The keys that a JSON Schema knows in the map at this path. */
export const keysAt = (schema: JsonSchema, path: readonly (string | number)[]): string[] => {
  let here = branches(schema);
  for (const step of path) here = here.flatMap((each) => below(each, step)).flatMap(branches);
  return [...new Set(here.flatMap((each) => Object.keys(mapOf(each.properties))))];
};

/** Every key a JSON Schema knows with the maps (as dotted paths) it is at home in, the outermost first. */
export const homesOfKeys = (schema: JsonSchema): ReadonlyMap<string, readonly string[]> => {
  const homes = new Map<string, string[]>();
  const walk = (each: JsonSchema, path: string): void => {
    for (const branch of branches(each)) {
      const properties = mapOf(branch.properties);
      for (const key of Object.keys(properties)) {
        const known = homes.get(key) ?? [];
        if (!known.includes(path)) homes.set(key, [...known, path]);
      }
      for (const [name, inner] of Object.entries(properties))
        walk(mapOf(inner), path === '' ? name : `${path}.${name}`);
      if (isMap(branch.items)) walk(branch.items, `${path}[]`);
      if (isMap(branch.additionalProperties)) walk(branch.additionalProperties, `${path}.*`);
    }
  };
  walk(schema, '');
  for (const paths of homes.values()) paths.sort((a, b) => a.split('.').length - b.split('.').length);
  return homes;
};

const below = (schema: JsonSchema, step: string | number): JsonSchema[] => {
  if (typeof step === 'number') return isMap(schema.items) ? [schema.items] : [];
  const property = mapOf(schema.properties)[step] ?? schema.additionalProperties;
  return isMap(property) ? [property] : [];
};

const branches = (schema: JsonSchema): JsonSchema[] => {
  const inner = Array.isArray(schema.anyOf) ? (schema.anyOf as unknown[]) : [];
  return [schema, ...inner.filter(isMap).flatMap(branches)];
};

const mapOf = (value: unknown): JsonSchema => (isMap(value) ? value : {});

const isMap = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
