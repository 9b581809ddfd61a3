// Invented integrations, their projects, mappings and attempts.
import { at, day, hour, minute, uuid } from "./common.mjs";
import { ref } from "./services.mjs";

export const integrations = [
  {
    id: uuid(1),
    mode: "public",
    status: "connected",
    status_reason: "ok",
    status_since: at(12 * day),
    remedy: null,
    sentry_org: { id: "4501", slug: "example-shop", name: "Example Shop" },
    installation_id: uuid(9001),
    missing_scopes: [],
    webhook_secret_set: true,
    sentry_url: "https://sentry.io",
    available_orgs: null,
    scopes: ["org:read", "project:read", "team:read", "event:read"],
    webhook_url: "https://tocsin.example.com/webhooks/sentry",
    last_delivery_at: at(40_000),
    credential: {
      expires_at: at(-5.2 * hour),
      refreshed_at: at(2.8 * hour),
      next_refresh_at: at(-2.4 * hour),
      failed_attempts: 0,
      last_error: null,
    },
  },
  {
    id: uuid(2),
    mode: "public",
    status: "degraded",
    status_reason: "refresh_failing",
    status_since: at(25 * minute),
    remedy: "Nothing yet: it is tried again by itself. Webhooks go on working meanwhile.",
    sentry_org: { id: "4502", slug: "example-labs", name: "Example Labs" },
    installation_id: uuid(9002),
    missing_scopes: [],
    webhook_secret_set: true,
    sentry_url: "https://sentry.io",
    available_orgs: null,
    scopes: ["org:read", "project:read"],
    webhook_url: "https://tocsin.example.com/webhooks/sentry",
    last_delivery_at: at(3 * hour),
    credential: {
      expires_at: at(-40 * minute),
      refreshed_at: at(7 * hour),
      next_refresh_at: at(-4 * minute),
      failed_attempts: 3,
      last_error: "Sentry answered 503",
    },
  },
  {
    id: uuid(3),
    mode: "public",
    status: "pending",
    status_reason: "awaiting_install",
    status_since: at(3 * minute),
    remedy: "Finish the installation in Sentry, in this browser.",
    sentry_org: null,
    installation_id: null,
    missing_scopes: [],
    webhook_secret_set: true,
    sentry_url: "https://sentry.io",
    available_orgs: null,
    scopes: [],
    webhook_url: "https://tocsin.example.com/webhooks/sentry",
    last_delivery_at: null,
    credential: null,
  },
  {
    id: uuid(4),
    mode: "oauth",
    status: "connected",
    status_reason: "ok",
    status_since: at(20 * minute),
    remedy: null,
    sentry_org: { id: "4504", slug: "example-print", name: "Example Print" },
    sentry_url: "https://sentry.example.com",
    available_orgs: null,
    installation_id: null,
    scopes: ["org:read", "project:read"],
    missing_scopes: [
      { scope: "event:read", without: "issues cannot be read: what a webhook missed is not found out." },
      { scope: "team:read", without: "teams cannot be shown." },
    ],
    webhook_url: `https://tocsin.example.com/webhooks/sentry/${uuid(4)}`,
    webhook_secret_set: false,
    last_delivery_at: null,
    credential: {
      expires_at: at(-30 * day),
      refreshed_at: null,
      next_refresh_at: at(-20 * day),
      failed_attempts: 0,
      last_error: null,
    },
  },
  {
    id: uuid(5),
    mode: "oauth",
    status: "pending",
    status_reason: "choose_organization",
    status_since: at(minute),
    remedy: "Choose the Sentry organization that is meant.",
    sentry_org: null,
    sentry_url: "https://sentry.io",
    available_orgs: [
      { id: "4501", slug: "example-shop", name: "Example Shop" },
      { id: "4505", slug: "example-logistics", name: "Example Logistics" },
      { id: "4506", slug: "sandbox", name: "<b>Sandbox</b>" },
    ],
    installation_id: null,
    scopes: ["org:read", "project:read", "team:read", "event:read"],
    missing_scopes: [],
    webhook_url: `https://tocsin.example.com/webhooks/sentry/${uuid(5)}`,
    webhook_secret_set: false,
    last_delivery_at: null,
    credential: null,
  },
  {
    id: uuid(6),
    mode: "public",
    status: "pending",
    status_reason: "confirm_organization",
    status_since: at(minute),
    remedy: "Say whether this Sentry organization is meant for this organization.",
    sentry_org: { id: "4507", slug: "example-logistics", name: "Example Logistics" },
    sentry_url: "https://sentry.io",
    available_orgs: null,
    installation_id: uuid(9006),
    scopes: ["org:read", "project:read", "team:read", "event:read"],
    missing_scopes: [],
    webhook_url: "https://tocsin.example.com/webhooks/sentry",
    webhook_secret_set: true,
    last_delivery_at: null,
    credential: null,
  },
  {
    id: uuid(7),
    mode: "internal",
    status: "connected",
    status_reason: "ok",
    status_since: at(2 * minute),
    remedy: null,
    sentry_org: { id: "4508", slug: "example-devices", name: "Example Devices" },
    sentry_url: "https://sentry.example.com",
    available_orgs: null,
    installation_id: null,
    scopes: ["org:read", "project:read", "team:read", "event:read"],
    missing_scopes: [],
    webhook_url: `https://tocsin.example.com/webhooks/sentry/${uuid(7)}`,
    webhook_secret_set: true,
    last_delivery_at: null,
    credential: {
      expires_at: null,
      refreshed_at: null,
      next_refresh_at: null,
      failed_attempts: 0,
      last_error: null,
    },
  },
];

export const permissions = [
  ["Organization", "Read", "org:read"],
  ["Project", "Read", "project:read"],
  ["Team", "Read", "team:read"],
  ["Issue & Event", "Read", "event:read"],
].map(([name, level, scope]) => ({ name, level, scope }));

export const alert_action_schema = {
  elements: [
    {
      type: "alert-rule-action",
      title: "Open an incident in Tocsin",
      settings: {
        type: "alert-rule-settings",
        uri: "/sentry/alert-action",
        required_fields: [{ type: "select", label: "Service", name: "service", uri: "/sentry/services" }],
        optional_fields: [
          {
            type: "select",
            label: "Severity",
            name: "severity",
            options: ["auto", "critical", "error", "warning", "info"].map((each) => [each, each]),
          },
        ],
      },
    },
  ],
};

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
      alert_action_schema,
      notes: ["A change of permissions has to be accepted by an owner of each Sentry organization."],
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
      alert_action_schema: null,
      notes: ["The scopes org:read, project:read, team:read and event:read are asked for while connecting."],
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
      alert_action_schema,
      notes: [],
    },
  ],
};

export const mappingOf = (n, project, service, more = {}) => ({
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
  ...more,
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
  ["failed", "schedule", 503, "Sentry answered 503 Service Unavailable", 8.2],
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
  ["token", "passed", "Sentry takes it."],
  [
    "scopes",
    "warning",
    "team:read is missing: teams cannot be shown. Add the permission to the integration in Sentry's developer settings, then reconnect.",
  ],
  ["organization", "passed", "The token is for Example Shop (example-shop)."],
  [
    "webhooks",
    "failed",
    "Sentry waits to be told that the installation is complete and sends nothing until then. Tocsin keeps telling it.",
  ],
  ["mappings", "passed", "3 projects are mapped."],
].map(([name, outcome, detail]) => ({ name, outcome, detail }));

export const works = { status: "connected", status_reason: "ok", remedy: null };

/** A small world that answers like the API, well enough to be looked at. */
