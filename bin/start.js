// Opens the command line: from source in a checkout, compiled in the package. Reached on a new enough Node.js only.
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const source = join(__dirname, '..', 'src', 'cli', 'main.ts');
const compiled = join(__dirname, '..', 'dist', 'cli', 'main.js');

import(pathToFileURL(existsSync(source) ? source : compiled).href);
