/** What the control plane answered instead (RFC 9457), or that it did not answer at all (`status` 0). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly todo: string | null;

  constructor(status: number, detail: string, todo: string | null, cause?: unknown) {
    super(detail, { cause });
    this.status = status;
    this.todo = todo;
  }
}

export const isLoggedOut = (error: unknown): boolean => error instanceof ApiProblem && error.status === 401;

/** Relative to the page, which may live under a path of its own. @throws ApiProblem */
export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
  const response = await ask(`./api/v1/${path}`, {
    headers: { accept: 'application/json' },
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
};

/** @throws ApiProblem for anything but a good answer. */
export const ask = async (address: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(address, { credentials: 'same-origin', ...init }).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiProblem(0, 'The control plane does not answer.', null, cause);
  });
  if (!response.ok) throw await problemIn(response);
  return response;
};

const problemIn = async (response: Response): Promise<ApiProblem> => {
  const body = (await response.json().catch(() => ({}))) as {
    detail?: string;
    title?: string;
    todo?: string;
  };
  const said = body.detail ?? body.title ?? `The control plane answered ${response.status}.`;
  return new ApiProblem(response.status, said, body.todo ?? null);
};
