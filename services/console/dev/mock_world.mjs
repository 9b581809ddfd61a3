// The API of the mock server. The data is created around the time when it starts.
import { page, problem, uuid } from "./world/common.mjs";
import { body, deliveries, replayed } from "./world/deliveries.mjs";
import { entry, summary, timeline } from "./world/incidents.mjs";
import { attempts, checks, healthy, projects, setup, unmapped } from "./world/integrations.mjs";
import { alarm, none, pages, policies } from "./world/paging.mjs";
import { audit, invitation, invitations, members, session, sessions, tokens } from "./world/people.mjs";
import { services } from "./world/services.mjs";
import { State } from "./world/state.mjs";

const ok = (content) => ({ status: 200, body: content });
const created = (content) => ({ status: 201, body: content });
const notFound = (detail) => problem(404, "not_found", "Not found", detail);

function filterIncidents(incidents, query) {
  const allows = (name, value) => query.getAll(name).length === 0 || query.getAll(name).includes(value);
  const words = (query.get("q") ?? "").toLowerCase();
  return incidents.filter(
    ({ status, severity, service, title }) =>
      allows("status", status) &&
      allows("severity", severity) &&
      allows("service", service.slug) &&
      title.toLowerCase().includes(words),
  );
}

function addNote({ text }) {
  const note = entry(timeline.length + 1, 0, "noted", "user", "admin@example.com", { text });
  timeline.push(note);
  return created(note);
}

function filterDeliveries(query) {
  const outcomes = query.getAll("outcome");
  return deliveries.filter(({ outcome }) => outcomes.length === 0 || outcomes.includes(outcome));
}

function readDelivery(id) {
  const delivery = deliveries.find((item) => item.id === id) ?? deliveries[0];
  return ok({
    ...delivery,
    headers: {
      "content-type": "application/json",
      "sentry-hook-resource": delivery.resource,
      "request-id": delivery.request_id,
    },
    body: delivery.duplicate_of ? null : body,
    body_truncated: false,
    signing_key: "current",
    cut: false,
  });
}

function signIn(state, { password }) {
  if (password === "wrong")
    return problem(401, "unauthenticated", "Not signed in", "The email or the password is wrong.");
  state.signedIn = true;
  return ok(session);
}

function signOut(state) {
  state.signedIn = false;
  return { status: 204 };
}

const incident_routes = (state) => ({
  "GET incidents": ({ query }) => page(filterIncidents(state.incidents, query)),
  "GET incidents/summary": () => ok(summary),
  "POST incidents/bulk": ({ input }) => state.changeStatuses(input),
  "GET incidents/:id": ({ id }) => {
    const incident = state.incidents.find(({ number }) => number === Number(id));
    return incident ? ok(incident) : notFound("No such incident.");
  },
  "PATCH incidents/:id": ({ id, input }) =>
    state.changeIncident(Number(id), { ...input, severity_pinned: true }),
  "GET incidents/:id/timeline": () => page(timeline),
  "GET incidents/:id/alarm": ({ id }) =>
    ok(state.incidents.find(({ number }) => number === Number(id))?.status === "open" ? alarm() : none),
  "GET incidents/:id/pages": () => page(pages),
  "POST incidents/:id/assign": ({ id, input }) => state.changeIncident(Number(id), input),
  "POST incidents/:id/notes": ({ input }) => addNote(input),
  "POST incidents/:id/:part": ({ id, part }) => state.changeStatus(Number(id), part),
});

const integration_routes = (state) => ({
  "GET integrations": () => page(state.integrations),
  "POST integrations": ({ input }) => state.connect(input),
  "GET integrations/setup": () => ok(setup),
  "GET integrations/:id": ({ id }) =>
    ok(state.integrations.find((integration) => integration.id === id) ?? state.integrations[0]),
  "PATCH integrations/:id": ({ id, input }) => state.updateIntegration(id, input),
  "GET integrations/:id/projects": () => page(projects),
  "GET integrations/:id/attempts": () => page(attempts),
  "POST integrations/:id/mappings": () => created({ items: [], next_cursor: null }),
  "POST integrations/:id/confirm": ({ id }) => state.changeIntegration(id, healthy),
  "POST integrations/:id/reconnect": ({ id }) => state.reconnect(id),
  "POST integrations/:id/disconnect": ({ id }) => state.disconnect(id),
  "POST integrations/:id/test": () => ok({ checks }),
  "GET unmapped": () => page(unmapped),
});

const other_routes = {
  "GET services": () => page(services),
  "POST services": ({ input }) => created({ ...services[0], ...input, id: uuid(150) }),
  "DELETE services/:id": () =>
    problem(409, "in_use", "In use", "The project checkout-web is mapped to this service."),
  "GET deliveries": ({ query }) => page(filterDeliveries(query)),
  "GET deliveries/:id": ({ id }) => readDelivery(id),
  "POST deliveries/:id/replay": () => ok(replayed),
  "GET policies": () => page(policies),
  "GET members": () => page(members),
  "GET invitations": () => page(invitations),
  "POST invitations": ({ input }) =>
    created({
      ...invitations[0],
      ...input,
      link: `https://tocsin.example.com/invitation#${"fake".repeat(11)}`,
      mailed: false,
    }),
  "GET tokens": () => page(tokens),
  "GET audit": () => page(audit),
};

/** Answers requests like the API, well enough to view the console. */
export function createWorld() {
  const state = new State();
  const routes = { ...incident_routes(state), ...integration_routes(state), ...other_routes };

  function answerInOrganization(method, url, path, input) {
    const [, , , kind, id, part] = path.split("/");
    if (state.isEmpty && method === "GET" && id === undefined) return page([]);
    const request = { id, part, input, query: url.searchParams };
    const candidates = [
      [kind, id, part],
      [kind, id],
      [kind, ":id", part],
      [kind, ":id", ":part"],
      [kind, ":id"],
      [kind],
    ];
    const depth = [kind, id, part].filter(Boolean).length;
    for (const candidate of candidates) {
      const segments = candidate.filter(Boolean);
      const route = routes[`${method} ${segments.join("/")}`];
      if (route && segments.length === depth) return route(request);
    }
    return notFound("No such path.");
  }

  function answer(method, url, input) {
    const path = url.pathname.replace(/^\/api\/v1/, "");
    if (path === "/session" && method === "POST") return signIn(state, input);
    if (path === "/session" && method === "DELETE") return signOut(state);
    if (path === "/invitations/look-up") return ok(invitation);
    if (!state.signedIn) return problem(401, "unauthenticated", "Not signed in", "Sign in first.");
    if (path === "/session") return ok(session);
    if (path === "/sessions") return page(sessions);
    if (state.isFailing)
      return problem(503, "unavailable", "Not available", "The database does not respond.");
    return answerInOrganization(method, url, path, input);
  }

  return Object.assign(state, { answer });
}
