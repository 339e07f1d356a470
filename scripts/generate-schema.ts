/** Writes the JSON Schemas of the configuration files into schema/. With --check it only tells whether they are fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CONFIG_FILES, jsonSchemaOf } from '../src/config/json-schemas.ts';

const isCheck = process.argv.includes('--check');

for (const [kind, { schemaFile }] of Object.entries(CONFIG_FILES)) {
  const path = fileURLToPath(new URL(`../schema/${schemaFile}`, import.meta.url));
  const text = `${JSON.stringify(jsonSchemaOf(kind as keyof typeof CONFIG_FILES), null, 2)}\n`;
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`schema/${schemaFile} is stale: run node scripts/generate-schema.ts`);
    process.exitCode = 1;
  }
}
