// Mock incidents, a timeline, and trends.
import { at, day, hour, minute, uuid } from "./common.mjs";
import { projects } from "./integrations.mjs";
import { ref, services } from "./services.mjs";

export const titles = [
  [
    "critical",
    "open",
    0,
    "DatabaseError: remaining connection slots are reserved for superuser connections",
    4 * minute,
    1824,
  ],
  ["error", "open", 0, "TypeError: Cannot read properties of undefined (reading 'total')", 18 * minute, 57],
  [
    "error",
    "acknowledged",
    2,
    "TimeoutError: session store did not respond within 2000 ms",
    52 * minute,
    311,
  ],
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

export const incidents = titles.map(([severity, status, service, title, ago, occurrences], n) => ({
  number: 1042 - n,
  title,
  status,
  severity,
  severity_pinned: n === 2,
  service: ref(service),
  integration_id: uuid(1),
  source: {
    kind: "issue",
    category: "error",
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
  sentry_assignee: null,
  test: false,
  reopened_count: n === 2 ? 1 : 0,
  version: 1,
  context: {
    culprit: "shop.checkout.views in confirm_order",
    platform: "python",
    server_name: "web-7",
    users: 214,
  },
}));

export const entry = (n, ago, kind, type, name, overrides = {}) => ({
  id: String(n),
  at: at(ago),
  kind,
  actor: { type, name },
  from: null,
  to: null,
  text: null,
  delivery_id: type === "sentry" ? uuid(500) : null,
  data: {},
  ...overrides,
});

export const timeline = [
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

export const summary = {
  since: at(30 * day),
  until: at(0),
  days: Array.from({ length: 30 }, (_, n) => ({
    date: at((29 - n) * day).slice(0, 10),
    opened: (7 * n) % 11,
    resolved: (5 * n) % 9,
  })),
  services: services
    .filter((service) => service.archived_at === null)
    .map((service, n) => ({
      service: { id: service.id, slug: service.slug, name: service.name },
      opened: 40 - 9 * n,
      still_open: n,
      acknowledged_after_seconds: n === 2 ? null : 190 + 400 * n,
      resolved_after_seconds: 5_400 + 90_000 * n,
    })),
};
