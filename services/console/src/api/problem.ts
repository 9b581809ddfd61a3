import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** What a failed call throws: the server's problem document, or one made here when no answer came. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: ReadonlyArray<{ path: string; message: string }>;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail: string;
    fields?: ReadonlyArray<{ path: string; message: string }>;
  }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.fields = problem.fields ?? [];
  }

  /** The message for one field, whether its path came as a JSON Pointer or as a bare name. */
  field(name: string): string | undefined {
    return this.fields.find(({ path }) => path.replace(/^[/$.]+/, "") === name)?.message;
  }
}

const text = (value: unknown, otherwise: string) =>
  typeof value === "string" && value !== "" ? value : otherwise;

export async function problemOf(response: Response): Promise<ProblemError> {
  const fallback = `The server answered ${response.status}.`;
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // A proxy's HTML page, or nothing: the status alone has to do.
  }
  const fields = (Array.isArray(body.errors) ? body.errors : []).flatMap((entry: unknown) => {
    const { path, message } = (entry ?? {}) as Record<string, unknown>;
    return typeof path === "string" && typeof message === "string" ? [{ path, message }] : [];
  });
  return new ProblemError({
    status: response.status,
    code: text(body.code, response.status >= 500 ? "unavailable" : "unknown"),
    title: text(body.title, "That did not work"),
    detail: text(body.detail, fallback),
    fields,
  });
}

export const unreachable = () =>
  new ProblemError({
    status: 0,
    code: "unreachable",
    title: "No answer",
    detail: "Tocsin cannot be reached. Check your connection; this page tries again by itself.",
  });

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return new ProblemError({
    status: -1,
    code: "console",
    title: "The console failed",
    detail: error instanceof Error ? error.message : String(error),
  });
}
