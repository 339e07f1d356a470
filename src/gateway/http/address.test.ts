import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';

describe('addresses', () => {
  it.each([
    [
      'POST',
      '/services/spam/deep/path?q=1',
      { kind: 'service', service: 'spam', path: '/deep/path?q=1', protocol: null },
    ],
    ['GET', '/services/spam', { kind: 'service', service: 'spam', path: '/', protocol: null }],
    ['GET', '/services/spam/', { kind: 'service', service: 'spam', path: '/', protocol: null }],
    ['GET', '/services/spam?x=/y', { kind: 'service', service: 'spam', path: '/?x=/y', protocol: null }],
    [
      'POST',
      '/v2/models/spam/infer',
      { kind: 'service', service: 'spam', path: '/v2/models/spam/infer', protocol: 'open-inference' },
    ],
    [
      'GET',
      '/v2/models/spam?x',
      { kind: 'service', service: 'spam', path: '/v2/models/spam?x', protocol: 'open-inference' },
    ],
    ['GET', '/v2/health/ready', { kind: 'server-health', asks: 'ready' }],
    ['GET', '/v2/health/live', { kind: 'server-health', asks: 'live' }],
    ['GET', '/v2', { kind: 'server-metadata' }],
    ['POST', '/v1/chat/completions?a', { kind: 'model', path: '/v1/chat/completions?a' }],
    ['GET', '/v1/models', { kind: 'models' }],
    ['GET', '/v1/models/chat', { kind: 'one-model', service: 'chat' }],
    ['POST', '/v1/feedback', { kind: 'feedback' }],
    ['GET', '/healthz', { kind: 'health' }],
    [
      'GET',
      'http://elsewhere:1/services/spam/a',
      { kind: 'service', service: 'spam', path: '/a', protocol: null },
    ],
    ['GET', '/', { kind: 'nothing' }],
    [
      'GET',
      '/services/spam/a.b/..c/file...txt',
      { kind: 'service', service: 'spam', path: '/a.b/..c/file...txt', protocol: null },
    ],
  ])('%s %s', (method, target, address) => {
    expect(addressOf(method, target)).toEqual(address);
  });

  it.each([
    '/services/spam/../admin',
    '/services/spam/%2e%2E/x',
    '/v2/models/..',
    '/services/spam/.',
    '*',
    'ftp://x/y',
  ])('refuses %s', (target) => {
    expect(addressOf('GET', target).kind).toBe('unusable');
  });
});
