// The mock data that requests change.
import { problem, uuid } from "./common.mjs";
import { incidents } from "./incidents.mjs";
import { healthy, integrations } from "./integrations.mjs";

const resulting_status = {
  acknowledge: "acknowledged",
  unacknowledge: "open",
  resolve: "resolved",
  reopen: "open",
};
const install_url = "https://sentry.example.com/sentry-apps/tocsin/external-install/";

const withField = (response, path, message) => ({
  ...response,
  body: { ...response.body, errors: [{ path, message }] },
});

/** Incidents and integrations. The methods return responses: `{ status, body }`. */
export class State {
  incidents = [...incidents];
  integrations = [...integrations];
  signedIn = false;
  /** All lists are empty. */
  isEmpty = false;
  /** All requests fail. */
  isFailing = false;

  integration(id) {
    return this.integrations.find((integration) => integration.id === id);
  }

  incident(number) {
    return this.incidents.find((incident) => incident.number === number);
  }

  changeIncident(number, change) {
    this.incidents = this.incidents.map((incident) =>
      incident.number === number ? { ...incident, ...change } : incident,
    );
    return { status: 200, body: this.incident(number) };
  }

  changeStatus(number, action) {
    if (this.incident(number).status === "resolved" && action === "acknowledge")
      return problem(
        409,
        "illegal_transition",
        "Not possible now",
        "The incident is resolved; reopen it first.",
      );
    const resolution =
      action === "resolve" ? { resolved_at: new Date().toISOString(), resolution: "person" } : {};
    return this.changeIncident(number, { status: resulting_status[action], ...resolution });
  }

  changeStatuses({ numbers, action }) {
    const items = numbers.map((number) => {
      const { status, body } = this.changeStatus(number, action);
      return status === 200
        ? { number, ok: true, status: body.status }
        : { number, ok: false, code: body.code, detail: body.detail };
    });
    return { status: 200, body: { items } };
  }

  changeIntegration(id, change) {
    const changed = { ...this.integration(id), ...change, status_since: new Date().toISOString() };
    this.integrations = this.integrations.map((integration) =>
      integration.id === id ? changed : integration,
    );
    return { status: 200, body: changed };
  }

  /** The first integration needs a user at Sentry; the others are reconnected immediately. */
  reconnect(id) {
    if (id === uuid(1))
      return { status: 200, body: { integration: this.integration(id), authorize_url: install_url } };
    const { body } = this.changeIntegration(id, { ...healthy, credential: integrations[0].credential });
    return { status: 200, body: { integration: body, authorize_url: null } };
  }

  updateIntegration(id, { sentry_org, webhook_secret }) {
    if (webhook_secret === undefined) {
      const chosen = this.integration(id).available_orgs.find((org) => org.id === sentry_org);
      return this.changeIntegration(id, { ...healthy, sentry_org: chosen, available_orgs: null });
    }
    if (webhook_secret.length >= 16) return this.changeIntegration(id, { webhook_secret_set: true });
    const refused = problem(400, "invalid", "Not valid", "A field is not valid.");
    return withField(refused, "webhook_secret", "must have at least 16 characters");
  }

  connect({ mode, token }) {
    if (mode !== "internal")
      return { status: 201, body: { integration: this.integrations[2], authorize_url: install_url } };
    if (token !== "wrong")
      return { status: 201, body: { integration: this.integrations[6], authorize_url: null } };
    const refused = problem(422, "sentry_refused", "Sentry refused", "Sentry refused the token.");
    return withField(refused, "token", "Sentry responded with 401: the token is not valid");
  }

  disconnect(id) {
    return this.changeIntegration(id, {
      status: "disconnected",
      status_reason: "disconnected_by_admin",
      remedy: "An admin disconnected it. Connect it again to use it.",
      credential: null,
    });
  }
}
