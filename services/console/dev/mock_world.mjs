// The mock server's API over the invented data, made around the time it starts.
import { page, problem, uuid } from "./world/common.mjs";
import { body, deliveries, replayed } from "./world/deliveries.mjs";
import { entry, incidents, summary, timeline } from "./world/incidents.mjs";
import { attempts, checks, integrations, projects, setup, unmapped, works } from "./world/integrations.mjs";
import { audit, invitation, invitations, members, session, sessions, tokens } from "./world/people.mjs";
import { services } from "./world/services.mjs";

/** A small world that answers like the API, well enough to be looked at. */
export function makeWorld() {
  let signedIn = false;
  const world = {
    incidents: [...incidents],
    integrations: [...integrations],
    empty: false,
    failing: false,
    signIn: () => {
      signedIn = true;
    },
    answer,
  };

  function transition(number, action) {
    const status = {
      acknowledge: "acknowledged",
      unacknowledge: "open",
      resolve: "resolved",
      reopen: "open",
    }[action];
    const old = world.incidents.find((each) => each.number === number);
    if (old.status === "resolved" && action === "acknowledge")
      return problem(
        409,
        "illegal_transition",
        "Not possible now",
        "The incident is resolved; reopen it first.",
      );
    const now = new Date().toISOString();
    const next = {
      ...old,
      status,
      ...(action === "resolve" ? { resolved_at: now, resolution: "person" } : {}),
    };
    world.incidents = world.incidents.map((each) => (each === old ? next : each));
    return { status: 200, body: next };
  }

  function changeIncident(number, more) {
    world.incidents = world.incidents.map((each) => (each.number === number ? { ...each, ...more } : each));
    return { status: 200, body: world.incidents.find((each) => each.number === number) };
  }

  function bulk({ numbers, action }) {
    const items = numbers.map((number) => {
      const { status, body } = transition(number, action);
      return status === 200
        ? { number, ok: true, status: body.status }
        : { number, ok: false, code: body.code, detail: body.detail };
    });
    return { status: 200, body: { items } };
  }

  function changeIntegration(id, more) {
    world.integrations = world.integrations.map((each) =>
      each.id === id ? { ...each, ...more, status_since: new Date().toISOString() } : each,
    );
    return world.integrations.find((each) => each.id === id);
  }

  /** The connected one needs a person, the others are repaired. */
  function reconnect(id) {
    if (id === uuid(1))
      return {
        integration: world.integrations[0],
        authorize_url: "https://sentry.example.com/sentry-apps/tocsin/external-install/",
      };
    return {
      integration: changeIntegration(id, { ...works, credential: integrations[0].credential }),
      authorize_url: null,
    };
  }

  function update(id, { sentry_org, webhook_secret }) {
    if (webhook_secret !== undefined)
      return webhook_secret.length < 16
        ? {
            status: 400,
            body: {
              ...problem(400, "invalid", "Not valid", "A field is not as it should be.").body,
              errors: [{ path: "webhook_secret", message: "has at least 16 characters" }],
            },
          }
        : { status: 200, body: changeIntegration(id, { webhook_secret_set: true }) };
    const chosen = world.integrations
      .find((each) => each.id === id)
      .available_orgs.find((each) => each.id === sentry_org || each.slug === sentry_org);
    return {
      status: 200,
      body: changeIntegration(id, { ...works, sentry_org: chosen, available_orgs: null }),
    };
  }

  function connect(input) {
    if (input.mode === "internal" && input.token === "wrong")
      return {
        status: 422,
        body: {
          ...problem(422, "sentry_refused", "Sentry refused", "Sentry does not take the token.").body,
          errors: [{ path: "token", message: "Sentry answers 401: the token is not valid" }],
        },
      };
    const address = "https://sentry.example.com/sentry-apps/tocsin/external-install/";
    return input.mode === "internal"
      ? { status: 201, body: { integration: world.integrations[6], authorize_url: null } }
      : { status: 201, body: { integration: world.integrations[2], authorize_url: address } };
  }

  function disconnect(id) {
    return changeIntegration(id, {
      status: "disconnected",
      status_reason: "disconnected_by_admin",
      remedy: "An admin disconnected it. Connect it again when it is wanted.",
      credential: null,
    });
  }

  function listIncidents(query) {
    const within = (name, value) => query.getAll(name).length === 0 || query.getAll(name).includes(value);
    const words = (query.get("q") ?? "").toLowerCase();
    return page(
      world.incidents.filter(
        (each) =>
          within("status", each.status) &&
          within("severity", each.severity) &&
          within("service", each.service.slug) &&
          each.title.toLowerCase().includes(words),
      ),
    );
  }

  function answer(method, url, input) {
    const path = url.pathname.replace(/^\/api\/v1/, "");
    if (path === "/session") {
      if (method === "POST") {
        if (input.password === "wrong")
          return problem(401, "unauthenticated", "Not signed in", "The address or the password is wrong.");
        signedIn = true;
      }
      if (method === "DELETE") {
        signedIn = false;
        return { status: 204 };
      }
    }
    if (path === "/invitations/look-up") return { status: 200, body: invitation };
    if (!signedIn) return problem(401, "unauthenticated", "Not signed in", "Sign in first.");
    if (path === "/session") return { status: 200, body: session };
    if (path === "/sessions") return page(sessions);
    if (world.failing) return problem(503, "unavailable", "Not available", "The database does not answer.");
    const [, , , kind, id, part] = path.split("/");
    if (world.empty && method === "GET" && id === undefined) return page([]);
    const lists = { members, invitations, tokens, audit };
    if (lists[kind] && id === undefined && method === "GET") return page(lists[kind]);
    if (kind === "invitations" && method === "POST")
      return {
        status: 201,
        body: {
          ...invitations[0],
          ...input,
          link: `https://tocsin.example.com/invitation#${"fake".repeat(11)}`,
          mailed: false,
        },
      };
    if (kind === "deliveries" && part === "replay") return { status: 200, body: replayed };
    if (kind === "incidents" && id === "summary") return { status: 200, body: summary };
    if (kind === "incidents" && id === undefined) return listIncidents(url.searchParams);
    if (kind === "incidents" && id === "bulk") return bulk(input);
    if (kind === "incidents" && id !== undefined && method === "PATCH")
      return changeIncident(Number(id), { ...input, severity_pinned: true });
    if (kind === "incidents" && part === "assign") return changeIncident(Number(id), input);
    if (kind === "incidents" && part === "timeline") return page(timeline);
    if (kind === "incidents" && part === "notes") {
      const noted = entry(timeline.length + 1, 0, "noted", "user", "admin@example.com", { text: input.text });
      timeline.push(noted);
      return { status: 201, body: noted };
    }
    if (kind === "incidents" && part) return transition(Number(id), part);
    if (kind === "incidents") {
      const found = world.incidents.find((each) => each.number === Number(id));
      return found
        ? { status: 200, body: found }
        : problem(404, "not_found", "Not found", "No such incident.");
    }
    if (kind === "services" && method === "DELETE")
      return problem(409, "in_use", "In use", "The mapping of checkout-web points at this service.");
    if (kind === "services" && method === "POST")
      return { status: 201, body: { ...services[0], ...input, id: uuid(150) } };
    if (kind === "services") return page(services);
    if (kind === "integrations" && id === "setup") return { status: 200, body: setup };
    if (kind === "integrations" && id === undefined && method === "POST") return connect(input);
    if (kind === "integrations" && part === "confirm")
      return { status: 200, body: changeIntegration(id, works) };
    if (kind === "integrations" && part === undefined && method === "PATCH") return update(id, input);
    if (kind === "integrations" && part === "projects") return page(projects);
    if (kind === "integrations" && part === "attempts") return page(attempts);
    if (kind === "integrations" && part === "mappings")
      return { status: 201, body: { items: [], next_cursor: null } };
    if (kind === "integrations" && part === "reconnect") return { status: 200, body: reconnect(id) };
    if (kind === "integrations" && part === "disconnect") return { status: 200, body: disconnect(id) };
    if (kind === "integrations" && part === "test") return { status: 200, body: { checks } };
    if (kind === "integrations" && id)
      return {
        status: 200,
        body: world.integrations.find((each) => each.id === id) ?? world.integrations[0],
      };
    if (kind === "integrations") return page(world.integrations);
    if (kind === "unmapped") return page(unmapped);
    if (kind === "deliveries" && id) {
      const found = deliveries.find((each) => each.id === id) ?? deliveries[0];
      const headers = {
        "content-type": "application/json",
        "sentry-hook-resource": found.resource,
        "request-id": found.request_id,
      };
      return {
        status: 200,
        body: {
          ...found,
          headers,
          body: found.duplicate_of ? null : body,
          signing_key: "current",
          cut: false,
        },
      };
    }
    if (kind === "deliveries") {
      const wanted = url.searchParams.getAll("outcome");
      return page(deliveries.filter((each) => wanted.length === 0 || wanted.includes(each.outcome)));
    }
    return problem(404, "not_found", "Not found", "No such path.");
  }

  return world;
}
