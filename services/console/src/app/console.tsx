import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { type RouterHistory, RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { cspNonce } from "./csp_nonce";
import { createQueryClient } from "./query_client";
import { createConsoleRouter } from "./router";
import { theme, variables } from "./theme";

function assemble(history: RouterHistory | undefined) {
  const queries = createQueryClient(() => {
    const { pathname, href } = router.state.location;
    queries.clear();
    if (pathname !== "/login") void router.navigate({ to: "/login", search: { next: href }, replace: true });
  });
  const router = createConsoleRouter(queries, history);
  return { queries, router };
}

interface ConsoleProps {
  history?: RouterHistory;
  /** "test" turns off transitions. */
  env?: "default" | "test";
}

export function Console({ history, env = "default" }: ConsoleProps) {
  const [{ queries, router }] = useState(() => assemble(history));
  return (
    <MantineProvider
      env={env}
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={cspNonce}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
