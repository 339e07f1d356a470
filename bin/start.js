// Opens the command line: from source in a checkout, compiled in the package. Reached on a new enough Node.js only.
'use strict';

const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { basename, dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = join(__dirname, '..');
const source = join(root, 'src', 'cli', 'main.ts');
const compiled = join(root, 'dist', 'cli', 'main.js');
const isCheckout = existsSync(source);

// What Node.js has compiled is kept where tools keep what they can make again, so the next command begins sooner.
// Where that cannot be written nothing is kept, and nothing is said.
const modules = isCheckout ? join(root, 'node_modules') : dirname(root);
if (basename(modules) === 'node_modules') enableCompileCache(join(modules, '.cache', 'tidegate'));

import(pathToFileURL(isCheckout ? source : compiled).href);
