/** How the server is asked, and how it says no. */

/** The server answered no; `message` is what it said. Status 0: it could not be reached. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export async function call<Data>(
  method: string,
  path: string,
  bearer: string | null,
  body?: Record<string, unknown>,
): Promise<Data> {
  const answer = await ask(`/api${path}`, bearer, {
    method,
    ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  const envelope: { success?: boolean; data?: Data; error?: string } = await answer.json().catch(() => ({}));
  if (!answer.ok || !envelope.success) throw new ApiError(answer.status, envelope.error ?? answer.statusText);
  return envelope.data as Data;
}

/** What operators look at comes without an envelope; `alsoFine` is a status that has an answer too. */
export async function look<Data>(path: string, bearer: string | null, alsoFine?: number): Promise<Data> {
  const answer = await ask(path, bearer, {});
  const found: Data | null = await answer.json().catch(() => null);
  if (!found || !(answer.ok || answer.status === alsoFine)) throw new ApiError(answer.status, answer.statusText);
  return found;
}

async function ask(
  path: string,
  bearer: string | null,
  { headers, ...request }: RequestInit & { headers?: Record<string, string> },
) {
  const signed = bearer ? { ...headers, Authorization: `Bearer ${bearer}` } : { ...headers };
  return fetch(path, { ...request, headers: signed }).catch(() => {
    throw new ApiError(0, "The server cannot be reached");
  });
}
