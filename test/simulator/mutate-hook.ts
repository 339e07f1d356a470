import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

/**
 * Loaded by `node --import` before the simulator: puts the mutant that TIDEGATE_MUTANT names in the place of the source
 * file. Ends the process with code 3 when the text it replaces is not there, or not once: the mutant must be brought up to date.
 */
const name = process.env.TIDEGATE_MUTANT;
const mutant = mutants.find((one) => one.name === name);
const fail = (why: string): never => {
  console.error(`mutant "${name}": ${why}`);
  process.exit(3);
};
if (mutant === undefined) fail('there is no such mutant');
else {
  const path = join(import.meta.dirname, '..', '..', mutant.file);
  const times = readFileSync(path, 'utf8').split(mutant.from).length - 1;
  if (times !== 1) fail(`its text occurs ${times} times in ${mutant.file}`);
  let isLoaded = false;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith('file:') || fileURLToPath(url) !== path) return loaded;
      isLoaded = true;
      const source = readFileSync(path, 'utf8').replace(mutant.from, () => mutant.to);
      return { ...loaded, source };
    },
  });
  process.on('exit', () => {
    if (!isLoaded) {
      console.error(`mutant "${name}": ${mutant.file} was never loaded`);
      process.exitCode = 3;
    }
  });
}
