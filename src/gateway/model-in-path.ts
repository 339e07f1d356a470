/** The path with another name for the model, where it is one of Open Inference; other paths name none. */
export const withModelInPath = (path: string, model: string): string =>
  path.replace(/^\/v2\/models\/[^/?]+/, () => `/v2/models/${encodeURIComponent(model)}`);
