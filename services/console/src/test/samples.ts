import type { Schemas } from "../api/client";

export const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

export const service = (n: number, name: string): Schemas["Service"] => ({
  id: id(n),
  slug: name.toLowerCase(),
  name,
  description: "",
  runbook_url: null,
  policy_id: null,
  urgency: { critical: "high", error: "high", warning: "low", info: "none" },
  owners: [],
  projects: [],
  incidents: { open: 0, acknowledged: 0, critical: 0, error: 0, warning: 0, info: 0 },
  archived_at: null,
  created_at: "2026-01-01T00:00:00Z",
});

export const checkout = service(100, "Checkout");
export const search = service(101, "Search");

const ref = ({ id, slug, name }: Schemas["Service"]) => ({ id, slug, name });

export const incident = (
  number: number,
  overrides: Partial<Schemas["Incident"]> = {},
): Schemas["Incident"] => ({
  number,
  title: `Problem ${number}`,
  status: "open",
  severity: "error",
  severity_pinned: false,
  service: ref(checkout),
  integration_id: id(1),
  source: {
    kind: "issue",
    category: "error",
    sentry_id: String(number),
    short_id: `SHOP-${number}`,
    url: `https://sentry.example.com/issues/${number}/`,
    project: { id: "7", slug: "shop" },
  },
  environment: "production",
  release: null,
  level: "error",
  opened_at: "2026-01-02T03:04:05Z",
  acknowledged_at: null,
  resolved_at: null,
  resolution: null,
  last_seen_at: "2026-01-02T03:05:05Z",
  occurrences: 3,
  assignee: null,
  sentry_assignee: null,
  test: false,
  reopened_count: 0,
  version: 1,
  context: {},
  ...overrides,
});

export const integration = (overrides: Partial<Schemas["Integration"]> = {}): Schemas["Integration"] => ({
  id: id(1),
  mode: "public",
  status: "connected",
  status_reason: "ok",
  status_since: "2026-01-01T00:00:00Z",
  remedy: null,
  sentry_org: { id: "45", slug: "example-shop", name: "Example Shop" },
  sentry_url: "https://sentry.example.com",
  available_orgs: null,
  installation_id: id(9),
  scopes: ["org:read"],
  missing_scopes: [],
  webhook_url: "https://tocsin.example.com/webhooks/sentry",
  webhook_secret_set: true,
  last_delivery_at: null,
  credential: {
    expires_at: "2026-01-02T08:00:00Z",
    refreshed_at: "2026-01-02T00:00:00Z",
    next_refresh_at: "2026-01-02T05:00:00Z",
    failed_attempts: 0,
    last_error: null,
  },
  created_at: "2026-01-01T00:00:00Z",
  ...overrides,
});

export const project = (
  id: string,
  slug: string,
  mapping: Schemas["Mapping"] | null = null,
): Schemas["SentryProject"] => ({ id, slug, name: slug, platform: "python", mapping });

export const mapping = (
  n: number,
  { id: sentry, slug, name }: Schemas["SentryProject"],
  to: Schemas["Service"],
): Schemas["Mapping"] => ({
  id: id(n),
  sentry_project: { id: sentry, slug, name },
  service: ref(to),
  active: true,
  inactive_until: null,
  environments: [],
  min_level: null,
  severity: "auto",
  on_archive: "resolve",
  open_on_error: false,
  created_at: "2026-01-01T00:00:00Z",
  warning: null,
});

export const delivery = (
  n: number,
  overrides: Partial<Schemas["DeliveryDetail"]> = {},
): Schemas["DeliveryDetail"] => ({
  id: id(n),
  received_at: "2026-01-02T03:04:05Z",
  integration_id: id(1),
  resource: "issue",
  action: "created",
  outcome: "opened",
  rule: "issue.created without an open incident",
  project: { id: "7", slug: "shop" },
  source: { kind: "issue", sentry_id: "42" },
  incident_number: 42,
  request_id: "0123456789abcdef",
  duplicate_of: null,
  size: 100,
  headers: { "content-type": "application/json" },
  body: "{}",
  body_base64: null,
  body_truncated: false,
  signing_key: "current",
  cut: false,
  ...overrides,
});

export const no_alarm: Schemas["Alarm"] = {
  state: "none",
  policy_id: null,
  policy_version: null,
  urgency: null,
  step: null,
  lap: null,
  due_at: null,
  started_at: null,
  ended_at: null,
  next: [],
};

export const policy = (n: number, overrides: Partial<Schemas["Policy"]> = {}): Schemas["Policy"] => ({
  id: id(n),
  slug: `policy-${n}`,
  name: `Policy ${n}`,
  version: 1,
  is_default: false,
  laps: 3,
  last_resort: true,
  steps: [
    {
      wait: "5m",
      everyone_must_ack: false,
      targets: [{ kind: "user", id: "ada@example.com", urgency: "as_is", pick: "all" }],
    },
    {
      wait: "10m",
      everyone_must_ack: false,
      targets: [{ kind: "role", id: "admin", urgency: "as_is", pick: "all" }],
    },
  ],
  created_at: "2026-01-01T00:00:00Z",
  ...overrides,
});

export const page = (n: number, overrides: Partial<Schemas["Page"]> = {}): Schemas["Page"] => ({
  id: id(n),
  incident_number: 7,
  person: { email: "ada@example.com", name: "Ada" },
  method: { kind: "mail", mask: "a•••@example.com" },
  step: 0,
  lap: 1,
  urgency: "high",
  state: "due",
  reason: null,
  due_at: "2026-01-02T03:04:06Z",
  accepted_at: null,
  delivered_at: null,
  seen_at: null,
  acted_at: null,
  attempts: [],
  ...overrides,
});

const permissions = [
  { name: "Organization", level: "Read", scope: "org:read" },
  { name: "Issue & Event", level: "Read", scope: "event:read" },
];

const modeSetup = (overrides: Pick<Schemas["ModeSetup"], "mode"> & Partial<Schemas["ModeSetup"]>) => ({
  configured: true,
  redirect_url: null,
  webhook_url: null,
  webhook_url_pattern: "https://tocsin.example.com/webhooks/sentry/{integration_id}",
  verify_install: false,
  permissions,
  resources: ["issue", "error", "comment"],
  alert_action_schema: { elements: [{ settings: { uri: "/sentry/{integration_id}/alert-action" } }] },
  notes: [],
  ...overrides,
});

export const setup = (): Schemas["IntegrationSetup"] => ({
  public_url: "https://tocsin.example.com",
  sentry_url: "https://sentry.example.com",
  modes: [
    modeSetup({
      mode: "public",
      redirect_url: "https://tocsin.example.com/oauth/sentry/callback",
      webhook_url: "https://tocsin.example.com/webhooks/sentry",
      webhook_url_pattern: null,
      verify_install: true,
      alert_action_schema: { elements: [{ type: "alert-rule-action" }] },
    }),
    modeSetup({
      mode: "oauth",
      configured: false,
      redirect_url: "https://tocsin.example.com/oauth/sentry/callback",
      permissions: [],
    }),
    modeSetup({ mode: "internal", notes: ["One for each Sentry organization."] }),
  ],
});
