/** True for a 4xx, unless it is about who the client is or how often it asks. */
export const isClientError = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429;
