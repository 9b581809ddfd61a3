import type { components } from "./schema";

/** A code of the server; or of the console: no response, a response that is not a problem document, a bug here. */
export type ProblemCode = components["schemas"]["Problem"]["code"] | "unreachable" | "unknown" | "console";

interface FieldError {
  path: string;
  message: string;
}

/** Thrown by a failed call: the server's problem document, or one made here where there is none. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly fields: readonly FieldError[];

  constructor(problem: {
    status: number;
    code: ProblemCode;
    title: string;
    detail: string;
    fields?: readonly FieldError[];
  }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.fields = problem.fields ?? [];
  }

  /** The message for one field. Its path may be a bare name or begin as a JSON Pointer or JSONPath. */
  field(name: string): string | undefined {
    return this.fields.find(({ path }) => path.replace(/^[/$.]+/, "") === name)?.message;
  }
}

const textOr = (value: unknown, fallback: string) =>
  typeof value === "string" && value !== "" ? value : fallback;

/** What failed, instead of the words of HTTP that the server sends. */
const titles: Partial<Record<ProblemCode, string>> = {
  unauthenticated: "You are not signed in",
  forbidden: "You don't have access",
  not_found: "Not found",
  invalid: "Something in the input is wrong",
  conflict: "This conflicts with what is stored",
  already_claimed: "Already connected elsewhere",
  illegal_transition: "Not possible in the current status",
  in_use: "Still in use",
  sentry_refused: "Sentry refused the request",
  rate_limited: "Too many requests",
  unavailable: "Tocsin is not available right now",
  internal: "Tocsin failed",
};

export async function problemOf(response: Response): Promise<ProblemError> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // An HTML page of a proxy, or an empty body: only the status is known.
  }
  const fields = (Array.isArray(body.errors) ? body.errors : []).flatMap((entry: unknown) => {
    const { path, message } = (entry ?? {}) as Record<string, unknown>;
    return typeof path === "string" && typeof message === "string" ? [{ path, message }] : [];
  });
  const code = textOr(body.code, response.status >= 500 ? "unavailable" : "unknown") as ProblemCode;
  return new ProblemError({
    status: response.status,
    code,
    title: titles[code] ?? textOr(body.title, "The request failed"),
    detail: textOr(body.detail, `The server responded with status ${response.status}.`),
    fields,
  });
}

export const unreachable = () =>
  new ProblemError({
    status: 0,
    code: "unreachable",
    title: "No response",
    detail: "Tocsin cannot be reached. Check your network connection.",
  });

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return new ProblemError({
    status: -1,
    code: "console",
    title: "Something went wrong in the console",
    detail: error instanceof Error ? error.message : String(error),
  });
}
