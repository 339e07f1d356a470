/** Messages of the Open Inference Protocol, version 2 (JSON over HTTP), for a model with one input: `mail`. */

export const MODEL_NAME = 'spam-filter';
export const MAX_MAILS_PER_REQUEST = 64;

export type InferenceRequest =
  | { type: 'valid'; id: string | undefined; mails: string[] }
  | { type: 'invalid'; reason: string };

/** Reads the body of `POST /v2/models/spam-filter/infer`. Never throws. */
export function parseInferenceRequest(body: string): InferenceRequest {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return invalid('The body is not JSON.');
  }
  if (!isRecord(request)) return invalid('The body must be a JSON object.');
  if (request.id !== undefined && typeof request.id !== 'string') return invalid('"id" must be a string.');
  if (!Array.isArray(request.inputs)) return invalid('"inputs" must be a list.');
  const input: unknown = request.inputs.find((each: unknown) => isRecord(each) && each.name === 'mail');
  if (!isRecord(input)) return invalid('There is no input named "mail".');
  if (input.datatype !== 'BYTES') return invalid('Input "mail" must have the datatype BYTES.');
  const { data, shape } = input;
  if (!Array.isArray(data) || !data.every((mail) => typeof mail === 'string')) {
    return invalid('The data of input "mail" must be a list of strings.');
  }
  if (data.length === 0 || data.length > MAX_MAILS_PER_REQUEST) {
    return invalid(`A request carries 1 to ${MAX_MAILS_PER_REQUEST} mails; this one carries ${data.length}.`);
  }
  if (!Array.isArray(shape) || shape.length !== 1 || shape[0] !== data.length) {
    return invalid(`The shape of input "mail" must be [${data.length}], the number of its mails.`);
  }
  return { type: 'valid', id: request.id, mails: data };
}

/** One label and one score per mail, in the order of the request. A score from `threshold` on means spam. */
export function inferenceResponse(scores: readonly number[], threshold: number, id?: string): object {
  const shape = [scores.length];
  return {
    model_name: MODEL_NAME,
    ...(id === undefined ? {} : { id }),
    outputs: [
      {
        name: 'label',
        datatype: 'BYTES',
        shape,
        data: scores.map((score) => (score >= threshold ? 'spam' : 'ham')),
      },
      { name: 'score', datatype: 'FP32', shape, data: scores },
    ],
  };
}

/** The answer to `GET /v2/models/spam-filter`. */
export const MODEL_METADATA = {
  name: MODEL_NAME,
  platform: 'onnxruntime_onnx',
  inputs: [{ name: 'mail', datatype: 'BYTES', shape: [-1] }],
  outputs: [
    { name: 'label', datatype: 'BYTES', shape: [-1] },
    { name: 'score', datatype: 'FP32', shape: [-1] },
  ],
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): InferenceRequest {
  return { type: 'invalid', reason };
}
