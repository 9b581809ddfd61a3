// Invented data for the mock server, made around the time it starts.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const at = (ago) => new Date(Date.now() - ago).toISOString();
const page = (items) => ({ status: 200, body: { items, next_cursor: null } });
const problem = (status, code, title, detail) => ({
  status,
  body: { type: "about:blank", status, code, title, detail },
});

const services = [
  ["checkout", "Checkout", "Carts, payments and receipts"],
  ["search", "Search", "Catalogue search and suggestions"],
  ["accounts", "Accounts", "Sign-in, profiles and sessions"],
  ["mail", "Mail delivery", ""],
  ["legacy-billing", "Legacy billing", "Replaced by Checkout"],
].map(([slug, name, description], n) => ({
  id: uuid(100 + n),
  slug,
  name,
  description,
  created_at: at(90 * day),
  archived_at: slug === "legacy-billing" ? at(20 * day) : null,
}));
const ref = (n) => ({ id: services[n].id, slug: services[n].slug, name: services[n].name });

const integrations = [
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

const permissions = [
  ["Organization", "Read", "org:read"],
  ["Project", "Read", "project:read"],
  ["Team", "Read", "team:read"],
  ["Issue & Event", "Read", "event:read"],
].map(([name, level, scope]) => ({ name, level, scope }));

const alert_action_schema = {
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

const setup = {
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

const mappingOf = (n, project, service, more = {}) => ({
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

const projects = [
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

const titles = [
  [
    "critical",
    "open",
    0,
    "DatabaseError: remaining connection slots are reserved for superuser connections",
    4 * minute,
    1824,
  ],
  ["error", "open", 0, "TypeError: Cannot read properties of undefined (reading 'total')", 18 * minute, 57],
  ["error", "acknowledged", 2, "TimeoutError: session store did not answer within 2000 ms", 52 * minute, 311],
  ["warning", "open", 1, "Slow query: suggestions took longer than 1500 ms", 2.3 * hour, 89],
  [
    "error",
    "acknowledged",
    1,
    "<img src=x onerror=alert(1)> is not a valid facet \u202egnp.exe",
    5 * hour,
    3,
  ],
  ["info", "open", 3, "Bounce rate of receipts above 2 %", 9 * hour, 12],
  [
    "critical",
    "resolved",
    0,
    "PaymentDeclined: provider refused every card since deployment",
    26 * hour,
    940,
  ],
  [
    "error",
    "resolved",
    2,
    'IntegrityError: duplicate key value violates unique constraint "users_email_key"',
    3 * day,
    8,
  ],
];

const incidents = titles.map(([severity, status, service, title, ago, occurrences], n) => ({
  number: 1042 - n,
  title,
  status,
  severity,
  severity_pinned: n === 2,
  service: ref(service),
  integration_id: uuid(1),
  source: {
    kind: "issue",
    sentry_id: String(880_000 + n),
    short_id: `${services[service].slug.toUpperCase()}-${n + 3}K`,
    url: `https://example-shop.sentry.io/issues/${880_000 + n}/`,
    project: { id: projects[service].id, slug: projects[service].slug },
  },
  environment: n === 3 ? "staging" : "production",
  release: "shop@4.18.2",
  level: severity === "critical" ? "fatal" : severity,
  opened_at: at(ago),
  acknowledged_at: status === "acknowledged" ? at(ago - 6 * minute) : null,
  resolved_at: status === "resolved" ? at(ago - hour) : null,
  resolution: status === "resolved" ? "sentry" : null,
  last_seen_at: at(Math.min(ago, (n + 1) * 35_000)),
  occurrences,
  assignee: status === "acknowledged" ? "oncall@example.com" : null,
  reopened_count: n === 2 ? 1 : 0,
  version: 1,
  context: {
    culprit: "shop.checkout.views in confirm_order",
    platform: "python",
    server_name: "web-7",
    users: 214,
  },
}));

const entry = (n, ago, kind, type, name, more = {}) => ({
  id: String(n),
  at: at(ago),
  kind,
  actor: { type, name },
  from: null,
  to: null,
  text: null,
  delivery_id: type === "sentry" ? uuid(500) : null,
  data: {},
  ...more,
});

const timeline = [
  entry(1, 3 * hour, "opened", "sentry", "Sentry"),
  entry(2, 2.9 * hour, "alert_attached", "sentry", "Sentry", {
    text: "Errors in checkout above 50 per minute",
  }),
  entry(3, 2.8 * hour, "severity_changed", "system", "tocsin", { from: "error", to: "critical" }),
  entry(4, 2.7 * hour, "acknowledged", "user", "oncall@example.com"),
  entry(5, 2.6 * hour, "noted", "user", "oncall@example.com", {
    text: "The pool of web-7 is full since the 14:05 release.\nRolled back; connections fall.",
  }),
  entry(6, 2.4 * hour, "resolved", "sentry", "Sentry", { to: "resolved" }),
  entry(7, 4 * minute, "reopened", "sentry", "Sentry"),
];

const outcomes = [
  "opened",
  "updated",
  "duplicate",
  "unmapped",
  "resolved",
  "filtered",
  "stale",
  "ignored",
  "unreadable",
];
const rules = {
  opened: "issue.created, no open incident of this source",
  updated: "event_alert.triggered attached to the open incident",
  duplicate: "same body as the last delivery applied to this source",
  unmapped: "no mapping for this project",
  resolved: "issue.resolved",
  filtered: "environment is not among production",
  stale: "issue.status contradicts the action",
  ignored: "no incident of this source",
  unreadable: "data.issue is missing",
};
const deliveries = Array.from({ length: 18 }, (_, n) => {
  const outcome = outcomes[n % outcomes.length];
  const [resource, action] = { updated: ["event_alert", "triggered"], resolved: ["issue", "resolved"] }[
    outcome
  ] ?? ["issue", "created"];
  return {
    id: uuid(500 + n),
    received_at: at(n * n * minute + 20_000),
    integration_id: uuid(1),
    resource,
    action,
    outcome,
    rule: rules[outcome],
    project: { id: "7001", slug: outcome === "unmapped" ? "mobile-ios" : "checkout-web" },
    source: { kind: "issue", sentry_id: "880000" },
    incident_number: ["opened", "updated", "resolved"].includes(outcome) ? 1042 : null,
    request_id: uuid(8000 + n).replaceAll("-", ""),
    duplicate_of: outcome === "duplicate" ? uuid(500) : null,
    size: 1834 + n,
  };
});

const body = `{"action":"created","installation":{"uuid":"${uuid(9001)}"},"data":{"issue":{"id":"880000","shortId":"CHECKOUT-3K","title":"DatabaseError: remaining connection slots </pre><script>alert(1)</script>","status":"unresolved","count":"1824","big":123456789012345678901234567890,"project":{"id":"7001","slug":"checkout-web"},"tags":[],"metadata":{"type":"DatabaseError","value":"\\u0000"}}},"actor":{"type":"application","id":"sentry","name":"Sentry"}}`;

const unmapped = [
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

const members = ["owner", "admin", "responder", "viewer"].map((role, n) => ({
  id: uuid(700 + n),
  email: `${role}@example.com`,
  name: n % 2 === 0 ? "" : `The ${role}`,
  role,
  is_me: role === "admin",
  created_at: at((90 - n) * day),
}));

const invitations = [
  {
    id: uuid(720),
    email: "somebody-with-a-rather-long-address@mail.example.com",
    role: "responder",
    invited_by: "admin@example.com",
    created_at: at(day),
    expires_at: at(-2 * day),
  },
];

const tokens = [
  ["deploy script", "admin", at(3 * minute), null],
  ["nightly report", "viewer", null, at(-40 * day)],
].map(([name, role, last_used_at, expires_at], n) => ({
  id: uuid(730 + n),
  name,
  prefix: "tocsin_fake",
  role,
  created_by: "owner@example.com",
  created_at: at(20 * day),
  expires_at,
  last_used_at,
}));

const audit = [
  ["member.changed", "member", "responder@example.com", { role: "viewer" }, { role: "responder" }],
  ["service.created", "service", "Checkout <b>", null, { slug: "checkout", name: "Checkout <b>" }],
].map(([action, kind, name, before, after], n) => ({
  id: String(n + 1),
  at: at((n + 1) * hour),
  actor: { kind: "user", id: uuid(701), name: "admin@example.com" },
  action,
  subject: { kind, id: uuid(750 + n), name },
  before,
  after,
  address: "192.0.2.7",
  request_id: "0123456789abcdef0123456789abcdef",
}));

const sessions = [true, false].map((current, n) => ({
  id: uuid(760 + n),
  current,
  address: `192.0.2.${n + 7}`,
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  created_at: at((n + 1) * day),
  last_seen_at: at(n * hour),
}));

const summary = {
  since: at(30 * day),
  until: at(0),
  days: Array.from({ length: 30 }, (_, n) => ({
    date: at((29 - n) * day).slice(0, 10),
    opened: (7 * n) % 11,
    resolved: (5 * n) % 9,
  })),
  services: services
    .filter((each) => each.archived_at === null)
    .map((each, n) => ({
      service: { id: each.id, slug: each.slug, name: each.name },
      opened: 40 - 9 * n,
      still_open: n,
      acknowledged_after_seconds: n === 2 ? null : 190 + 400 * n,
      resolved_after_seconds: 5_400 + 90_000 * n,
    })),
};

const invitation = {
  organization: { slug: "example", name: "Example" },
  email: "new@example.com",
  role: "responder",
  has_account: false,
  expires_at: at(-2 * day),
};

const replayed = {
  dry_run: true,
  delivery_id: null,
  outcome: "opened",
  rule: "a new issue in Sentry (the mapping to service checkout)",
  incident: null,
};

const attempts = [
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

const checks = [
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

const session = {
  user: { email: "admin@example.com", name: "Admin" },
  orgs: [
    { slug: "example", name: "Example Shop", role: "admin" },
    { slug: "labs", name: "Example Labs", role: "viewer" },
  ],
};

const works = { status: "connected", status_reason: "ok", remedy: null };

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
    const status = { acknowledge: "acknowledged", resolve: "resolved", reopen: "open" }[action];
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
