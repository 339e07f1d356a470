#!/usr/bin/env node
// The door of the package. Only syntax of ES5, so that the oldest Node.js can read this file as far as its own refusal;
// everything newer lives behind start.js, which such a Node.js never opens.
'use strict';

var existsSync = require('fs').existsSync;
var join = require('path').join;

var lowestMajor = 24;
var version = process.versions.node;
var isCheckout = existsSync(join(__dirname, '..', 'src', 'cli'));

if (parseInt(version, 10) >= lowestMajor) {
  require('./start.js');
} else {
  process.stderr.write(
    'tidegate needs Node.js ' +
      lowestMajor +
      ' or newer and this is Node.js ' +
      version +
      ': ' +
      (isCheckout
        ? 'run `npm run tidegate -- ...`, which uses the one that the repository brings along.'
        : 'install a newer one from https://nodejs.org and run the same command again.') +
      '\n'
  );
  process.exit(2);
}
