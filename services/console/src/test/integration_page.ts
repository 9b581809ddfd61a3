import { HttpResponse, http } from "msw";
import type { Schemas } from "../api/client";
import { emptyServer, list, org } from "./console";
import { checkout, id, integration, search } from "./samples";
import { server } from "./setup";

export const integration_url = `${org}/integrations/${id(1)}`;
export const integration_page = `/o/example/integrations/${id(1)}`;

/** What the server has of one integration. A test may replace `current`. */
export interface ServedIntegration {
  current: Schemas["Integration"];
  /** The bodies of PATCH requests. Each makes the integration a connected one of the mode `oauth`. */
  patches: unknown[];
}

/** Serves one integration without projects and attempts, and two services. */
export function serveIntegration(current = integration()): ServedIntegration {
  const served: ServedIntegration = { current, patches: [] };
  emptyServer();
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(integration_url, () => HttpResponse.json(served.current)),
    http.get(`${integration_url}/:part`, () => list([])),
    http.patch(integration_url, async ({ request }) => {
      served.patches.push(await request.json());
      served.current = integration({ mode: "oauth" });
      return HttpResponse.json(served.current);
    }),
  );
  return served;
}
