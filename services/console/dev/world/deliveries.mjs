// Mock deliveries.
import { at, minute, uuid } from "./common.mjs";

export const outcomes = [
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

export const rules = {
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

export const deliveries = Array.from({ length: 18 }, (_, n) => {
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

export const body = `{"action":"created","installation":{"uuid":"${uuid(9001)}"},"data":{"issue":{"id":"880000","shortId":"CHECKOUT-3K","title":"DatabaseError: remaining connection slots </pre><script>alert(1)</script>","status":"unresolved","count":"1824","big":123456789012345678901234567890,"project":{"id":"7001","slug":"checkout-web"},"tags":[],"metadata":{"type":"DatabaseError","value":"\\u0000"}}},"actor":{"type":"application","id":"sentry","name":"Sentry"}}`;

export const replayed = {
  dry_run: true,
  delivery_id: null,
  outcome: "opened",
  rule: "a new issue in Sentry (the mapping to service checkout)",
  incident: null,
};
