import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, test } from "vitest";
import { expectAccessible, list, open, org, quietServer } from "../../../test/console";
import { checkout, id, integration, project, search } from "../../../test/samples";
import { server } from "../../../test/setup";

const here = `${org}/integrations/${id(1)}`;

beforeEach(() => {
  quietServer();
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(here, () => HttpResponse.json(integration())),
    http.get(`${here}/attempts`, () => list([])),
    http.get(`${here}/projects`, () => list([])),
  );
});

test("coming back connected says so and offers the mapping", async () => {
  server.use(http.get(`${here}/projects`, () => list([project("1", "web")])));
  open(`/o/example/integrations/${id(1)}?connected=1`);
  await screen.findByText("Sentry is connected");
  await screen.findByText("web");
  await expectAccessible();
});
