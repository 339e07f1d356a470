import { describe, expect, it } from 'vitest';
import { failureOf, isNotReleasesFault } from './failure.ts';

const thrown = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

describe('why a call failed', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL'])('%s is the fault of this machine', (code) => {
    const failure = failureOf(thrown(code, { syscall: 'connect' }), false);
    expect(failure.kind).toBe('exhausted');
    expect(isNotReleasesFault(failure)).toBe(true);
  });

  it.each([
    [thrown('ECONNREFUSED', { syscall: 'connect' }), 'refused'],
    [thrown('REFUSED_ADDRESS'), 'refused'],
    [Object.assign(new Error('x'), { name: 'HTTPParserError' }), 'garbled'],
    [thrown('ECONNRESET'), 'reset'],
  ])('%s is the fault of the release', (error, kind) => {
    const failure = failureOf(error, false);
    expect(failure.kind).toBe(kind);
    expect(isNotReleasesFault(failure)).toBe(false);
  });
});
