// Mock integrations with projects, mappings, and attempts.
import { at, day, hour, minute, uuid } from "./common.mjs";
import { ref } from "./services.mjs";

const all_scopes = ["org:read", "project:read", "team:read", "event:read"];
const public_webhook_url = "https://tocsin.example.com/webhooks/sentry";

const credential = (overrides) => ({
  expires_at: null,
  refreshed_at: null,
  next_refresh_at: null,
  failed_attempts: 0,
  last_error: null,
  ...overrides,
});

/** A connected public integration of the Sentry organization `name`, except for `overrides`. */
const integration = (n, name, overrides = {}) => ({
  id: uuid(n),
  mode: "public",
  status: "connected",
  status_reason: "ok",
  status_since: at(12 * day),
  remedy: null,
  sentry_org: name ? { id: `450${n}`, slug: name.toLowerCase().replaceAll(" ", "-"), name } : null,
  sentry_url: "https://sentry.io",
  available_orgs: null,
  installation_id: uuid(9000 + n),
  scopes: all_scopes,
  missing_scopes: [],
  webhook_url: public_webhook_url,
  webhook_secret_set: true,
  last_delivery_at: null,
  credential: null,
  ...overrides,
});

/** For the modes with a webhook URL for each integration. */
const own_webhook = (n) => ({ installation_id: null, webhook_url: `${public_webhook_url}/${uuid(n)}` });

export const integrations = [
  integration(1, "Example Shop", {
    last_delivery_at: at(40_000),
    credential: credential({
      expires_at: at(-5.2 * hour),
      refreshed_at: at(2.8 * hour),
      next_refresh_at: at(-2.4 * hour),
    }),
  }),
  integration(2, "Example Labs", {
    status: "degraded",
    status_reason: "refresh_failing",
    status_since: at(25 * minute),
    remedy: "Nothing to do. Tocsin retries automatically, and webhooks keep working.",
    scopes: ["org:read", "project:read"],
    last_delivery_at: at(3 * hour),
    credential: credential({
      expires_at: at(-40 * minute),
      refreshed_at: at(7 * hour),
      next_refresh_at: at(-4 * minute),
      failed_attempts: 3,
      last_error: "Sentry responded with 503",
    }),
  }),
  integration(3, null, {
    status: "pending",
    status_reason: "awaiting_install",
    status_since: at(3 * minute),
    remedy: "Finish the installation in Sentry, in this browser.",
    installation_id: null,
    scopes: [],
  }),
  integration(4, "Example Print", {
    mode: "oauth",
    status_since: at(20 * minute),
    sentry_url: "https://sentry.example.com",
    scopes: ["org:read", "project:read"],
    missing_scopes: [
      { scope: "event:read", without: "issues cannot be read, so missed webhooks are not detected." },
      { scope: "team:read", without: "teams cannot be shown." },
    ],
    ...own_webhook(4),
    webhook_secret_set: false,
    credential: credential({ expires_at: at(-30 * day), next_refresh_at: at(-20 * day) }),
  }),
  integration(5, null, {
    mode: "oauth",
    status: "pending",
    status_reason: "choose_organization",
    status_since: at(minute),
    remedy: "Choose the Sentry organization to connect.",
    available_orgs: [
      { id: "4501", slug: "example-shop", name: "Example Shop" },
      { id: "4505", slug: "example-logistics", name: "Example Logistics" },
      { id: "4506", slug: "sandbox", name: "<b>Sandbox</b>" },
    ],
    ...own_webhook(5),
    webhook_secret_set: false,
  }),
  integration(6, "Example Logistics", {
    status: "pending",
    status_reason: "confirm_organization",
    status_since: at(minute),
    remedy: "Confirm that this Sentry organization belongs to this organization.",
  }),
  integration(7, "Example Devices", {
    mode: "internal",
    status_since: at(2 * minute),
    sentry_url: "https://sentry.example.com",
    ...own_webhook(7),
    credential: credential({}),
  }),
];

export const permissions = [
  ["Organization", "Read", "org:read"],
  ["Project", "Read", "project:read"],
  ["Team", "Read", "team:read"],
  ["Issue & Event", "Read", "event:read"],
].map(([name, level, scope]) => ({ name, level, scope }));

export const alert_action_schema = (path) => ({
  elements: [
    {
      type: "alert-rule-action",
      title: "Open an incident in Tocsin",
      settings: {
        type: "alert-rule-settings",
        uri: `${path}/alert-action`,
        required_fields: [{ type: "select", label: "Service", name: "service", uri: `${path}/services` }],
        optional_fields: [
          {
            type: "select",
            label: "Severity",
            name: "severity",
            options: ["auto", "critical", "error", "warning", "info"].map((severity) => [severity, severity]),
          },
        ],
      },
    },
  ],
});

export const setup = {
  public_url: "https://tocsin.example.com",
  sentry_url: "https://sentry.io",
  modes: [
    {
      mode: "public",
      configured: true,
      redirect_url: "https://tocsin.example.com/oauth/sentry/callback",
      webhook_url: "https://tocsin.example.com/webhooks/sentry",
      webhook_url_pattern: null,
      verify_install: true,
      permissions,
      resources: ["issue", "error", "comment"],
      alert_action_schema: alert_action_schema("/sentry"),
      notes: ["An owner of each Sentry organization must accept a change of permissions."],
    },
    {
      mode: "oauth",
      configured: false,
      redirect_url: "https://tocsin.example.com/oauth/sentry/callback",
      webhook_url: null,
      webhook_url_pattern: "https://tocsin.example.com/webhooks/sentry/{integration_id}",
      verify_install: false,
      permissions: [],
      resources: ["issue", "error", "comment"],
      alert_action_schema: alert_action_schema("/sentry/{integration_id}"),
      notes: ["The scopes org:read, project:read, team:read, and event:read are requested while connecting."],
    },
    {
      mode: "internal",
      configured: true,
      redirect_url: null,
      webhook_url: null,
      webhook_url_pattern: "https://tocsin.example.com/webhooks/sentry/{integration_id}",
      verify_install: false,
      permissions,
      resources: ["issue", "error", "comment"],
      alert_action_schema: alert_action_schema("/sentry/{integration_id}"),
      notes: [],
    },
  ],
};

export const mappingOf = (n, project, service, overrides = {}) => ({
  id: uuid(200 + n),
  sentry_project: project,
  service: ref(service),
  active: true,
  inactive_until: null,
  environments: [],
  min_level: null,
  severity: "auto",
  on_archive: "resolve",
  open_on_error: false,
  created_at: at(12 * day),
  ...overrides,
});

export const projects = [
  ["7001", "checkout-web", "Checkout web", "javascript-react"],
  ["7002", "checkout-api", "Checkout API", "python-django"],
  ["7003", "search", "search", "go"],
  ["7004", "accounts", "Accounts", "java-spring"],
  ["7005", "mail-worker", "Mail worker", "python"],
  ["7006", "mobile-android", "Mobile (Android)", "android"],
  ["7007", "mobile-ios", "Mobile (iOS)", "apple-ios"],
].map(([id, slug, name, platform], n) => ({
  id,
  slug,
  name,
  platform,
  mapping:
    n === 0
      ? mappingOf(0, { id, slug, name }, 0, { environments: ["production"] })
      : n === 1
        ? mappingOf(1, { id, slug, name }, 0)
        : n === 4
          ? mappingOf(4, { id, slug, name }, 3, { active: false, inactive_until: at(-6 * hour) })
          : null,
}));

export const unmapped = [
  {
    integration_id: uuid(1),
    project: { id: "7006", slug: "mobile-android" },
    deliveries: 128,
    first_at: at(6 * day),
    last_at: at(2 * minute),
    suggested_service: ref(0),
  },
  {
    integration_id: uuid(1),
    project: { id: "7007", slug: "mobile-ios" },
    deliveries: 4,
    first_at: at(day),
    last_at: at(9 * hour),
    suggested_service: null,
  },
];

export const attempts = [
  ["succeeded", "schedule", 201, null, 2.8],
  ["succeeded", "person", 201, null, 8.1],
  ["failed", "schedule", 503, "Sentry responded with 503 Service Unavailable", 8.2],
].map(([outcome, trigger, http_status, detail, hours], n) => ({
  id: String(n),
  started_at: at(hours * hour),
  finished_at: at(hours * hour - 430),
  trigger,
  outcome,
  http_status,
  detail,
  next_at: outcome === "failed" ? at(8.1 * hour) : null,
}));

export const checks = [
  ["token", "passed", "Sentry accepts it."],
  [
    "scopes",
    "warning",
    "team:read is missing: teams cannot be shown. Add the permission to the integration in Sentry's developer settings, then reconnect.",
  ],
  ["organization", "passed", "The token is for Example Shop (example-shop)."],
  [
    "webhooks",
    "failed",
    "The installation is not confirmed at Sentry yet, so Sentry sends no webhooks. Tocsin retries.",
  ],
  ["mappings", "passed", "3 projects are mapped."],
].map(([name, outcome, detail]) => ({ name, outcome, detail }));

export const healthy = { status: "connected", status_reason: "ok", remedy: null };
