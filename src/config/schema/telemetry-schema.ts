import { z } from 'zod';
import type { GatewayTelemetry, ServiceTelemetry } from '../../core/routing/telemetry-spec.ts';
import { TELEMETRY_DEFAULTS } from '../defaults.ts';
import { readHttpAddress } from '../scalars/http-address.ts';
import { readSecretReference, SECRET_PATTERN } from '../scalars/secret-reference.ts';
import { readToken, TOKEN_PATTERN } from '../scalars/token.ts';
import { choice, flag, scalar } from './scalar.ts';
import { percent } from './share.ts';

const traceContext = () => choice(['pass', 'make']);

/** `traffic.telemetry` of a service. */
export const serviceTelemetrySchema = z
  .strictObject({
    traceContext: traceContext()
      .optional()
      .describe(
        'make: a request without a `traceparent` gets one. pass: only what comes is passed on. Default: as the server says.',
      ),
    serverTiming: flag()
      .optional()
      .describe('Answers carry `Server-Timing`: how long they waited, and for what. Default: they do not.'),
  })
  .transform(
    ({ traceContext: context, serverTiming }): ServiceTelemetry => ({
      ...(context === 'make' && { makesTraces: true as const }),
      ...(serverTiming === true && { serverTiming: true as const }),
    }),
  )
  .optional()
  .describe('What requests tell about themselves.');

const headerName = () =>
  scalar<string>(readToken, { type: 'string', pattern: TOKEN_PATTERN, maxLength: 128 });

/** `gateway.telemetry` of a server. */
export const gatewayTelemetrySchema = z
  .strictObject({
    traceContext: traceContext()
      .optional()
      .describe(
        'make: every request without a `traceparent` gets one. Default: make where spans are sent, else pass.',
      ),
    sample: percent()
      .prefault(TELEMETRY_DEFAULTS.sample)
      .describe(
        'Part of the traces that begin at the gateway which is sampled. Others keep what they came with.',
      ),
    spans: z
      .strictObject({
        endpoint: scalar<string>(readHttpAddress, { type: 'string', pattern: '^https?://' }).describe(
          'Of a collector for OTLP over HTTP as JSON, such as http://127.0.0.1:4318/v1/traces.',
        ),
        headers: z
          .record(
            headerName(),
            scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN }),
          )
          .prefault({})
          .describe(
            'Sent along, such as authorization: env:OTLP_TOKEN, which goes out as a bearer token. References alone, never values.',
          ),
      })
      .optional()
      .describe('Where the spans of sampled requests are sent. Left out: nowhere.'),
  })
  .transform(
    ({ traceContext: context, sample, spans }): GatewayTelemetry => ({
      makesTraces: context === undefined ? spans !== undefined : context === 'make',
      sampleShare: sample,
      spans: spans ?? null,
    }),
  )
  .optional()
  .describe('Traces of requests.');
