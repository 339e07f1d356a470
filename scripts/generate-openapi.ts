/** Writes the OpenAPI document of the control API into schema/. With --check it only tells whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiText } from '../src/api/openapi-text.ts';

const path = fileURLToPath(new URL('../schema/openapi.json', import.meta.url));
const text = openApiText();
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error('schema/openapi.json is stale: run node scripts/generate-openapi.ts');
  process.exitCode = 1;
}
