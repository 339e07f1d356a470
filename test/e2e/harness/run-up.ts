import { up } from '../../../src/up.ts';

// A control plane as a process of its own: `node run-up.ts <directory>`.
process.exitCode = await up({ directory: process.argv[2]! });
