import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/problem";

const max_retries = 2;

/** `onSignedOut` is called when the server no longer accepts the session. Queries with `meta.signsIn` work without one. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const checkSession = (error: unknown, meta: Record<string, unknown> | undefined) => {
    if (meta?.signsIn !== true && asProblem(error).code === "unauthenticated") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => checkSession(error, query.meta) }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => checkSession(error, mutation.meta),
    }),
    defaultOptions: {
      queries: {
        retry: (count, error) => {
          const { status } = asProblem(error);
          return (status === 0 || status >= 500) && count < max_retries;
        },
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
