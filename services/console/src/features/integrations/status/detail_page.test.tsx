import { screen } from "@testing-library/react";
import { http } from "msw";
import { beforeEach, test } from "vitest";
import { expectAccessible, list, open } from "../../../test/console";
import { integration_page, integration_url, serveIntegration } from "../../../test/integration_page";
import { project } from "../../../test/samples";
import { server } from "../../../test/setup";

beforeEach(() => void serveIntegration());

test("returning connected shows a notice and the mapping", async () => {
  server.use(http.get(`${integration_url}/projects`, () => list([project("1", "web")])));
  open(`${integration_page}?connected=1`);
  await screen.findByText("Sentry is connected");
  await screen.findByText("web");
  await expectAccessible();
});
