import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/problem";

const retries = 2;

/** `onSignedOut` is called when the server no longer knows the session. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const watch = (error: unknown) => {
    if (asProblem(error).code === "unauthenticated") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.meta?.signsIn !== true) watch(error);
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (mutation.meta?.signsIn !== true) watch(error);
      },
    }),
    defaultOptions: {
      queries: {
        retry: (count, error) => {
          const { status } = asProblem(error);
          return (status === 0 || status >= 500) && count < retries;
        },
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
