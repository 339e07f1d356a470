import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../errors.ts';
import { refusalFor } from './refusal-shape.ts';

const CODES = [
  'key-refused',
  'budget-spent',
  'service-unknown',
  'too-large',
  'rate-limited',
  'bad-request',
  'upstream-failed',
  'overloaded',
  'upstream-timeout',
] as const satisfies readonly ErrorCode[];
const at = (target: string, code: ErrorCode) => JSON.parse(refusalFor(target, code, 'Why.').body);

describe('what the gateway says when it refuses', () => {
  it.each<[ErrorCode, string, string]>([
    ['key-refused', 'invalid_request_error', 'authentication_error'],
    ['token-not-enough', 'permission_error', 'permission_error'],
    ['budget-spent', 'insufficient_quota', 'billing_error'],
    ['service-unknown', 'invalid_request_error', 'not_found_error'],
    ['too-large', 'invalid_request_error', 'request_too_large'],
    ['rate-limited', 'rate_limit_error', 'rate_limit_error'],
    ['bad-request', 'invalid_request_error', 'invalid_request_error'],
    ['upstream-failed', 'server_error', 'api_error'],
    ['overloaded', 'server_error', 'overloaded_error'],
    ['upstream-timeout', 'server_error', 'timeout_error'],
  ])('calls %s as OpenAI and Anthropic call it', (code, chat, messages) => {
    expect(at('/v1/chat/completions', code).error).toEqual({
      message: 'Why.',
      type: chat,
      param: null,
      code,
    });
    expect(at('/v1/messages?beta=true', code)).toMatchObject({
      type: 'error',
      error: { type: messages, message: 'Why.' },
      code,
    });
  });

  it.each([
    ['/v2/models/spam/infer', 'Why.'],
    ['/services/spam/v2/models/spam', 'Why.'],
    ['/services/spam/anything', undefined],
    ['/v22', undefined],
  ])('%s is told the error as %s', (target, error) => {
    expect(at(target, 'overloaded')).toMatchObject({
      type: 'urn:tidegate:problem:overloaded',
      code: 'overloaded',
    });
    expect(at(target, 'overloaded').error).toBe(error);
  });

  it.each(CODES)('%s becomes the exception that the unmodified clients have for it', async (code) => {
    const answering = async (input: unknown): Promise<Response> => {
      const target = new URL(String(input instanceof Request ? input.url : input)).pathname;
      const { contentType, body } = refusalFor(target, code, 'Why.');
      return new Response(body, { status: catalogue[code].status, headers: { 'content-type': contentType } });
    };
    const options = { apiKey: 'k', maxRetries: 0, fetch: answering };
    const messages = [{ role: 'user' as const, content: '?' }];
    const openai = await new OpenAI(options).chat.completions
      .create({ model: 'm', messages })
      .catch((error) => error);
    expect(openai).toMatchObject({ status: catalogue[code].status, code });
    expect(openai.message).toContain('Why.');
    const anthropic = await new Anthropic(options).messages
      .create({ model: 'm', max_tokens: 1, messages })
      .catch((error) => error);
    expect(anthropic).toMatchObject({
      status: catalogue[code].status,
      error: { type: 'error', error: { message: 'Why.' } },
    });
    if (code === 'rate-limited') {
      expect(openai).toBeInstanceOf(OpenAI.RateLimitError);
      expect(anthropic).toBeInstanceOf(Anthropic.RateLimitError);
    }
    if (code === 'key-refused') {
      expect(openai).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(anthropic).toBeInstanceOf(Anthropic.AuthenticationError);
    }
  });
});
