/**
 * The enumerated words of the API with their labels. Each record has exactly the members of the generated type: a missing or
 * an extra word does not compile. Lists derived from a record have its order.
 */
import type { Schemas } from "./client";

export type Role = Schemas["Role"];
export type GrantableRole = Schemas["RoleInput"]["role"];
export type TokenRole = Schemas["TokenRole"];
export type TokenScope = Schemas["TokenScope"];
export type Severity = Schemas["Severity"];
export type IncidentStatus = Schemas["IncidentStatus"];
export type IntegrationStatus = Schemas["IntegrationStatus"];
export type Outcome = Schemas["Outcome"];
export type MinLevel = Schemas["MinLevel"];
export type PageState = Schemas["PageState"];
export type MethodKind = Schemas["MethodKind"];
export type Urgency = Schemas["Urgency"];

export const keysOf = <T extends string>(record: Readonly<Record<T, unknown>>) =>
  Object.keys(record) as unknown as readonly T[];

interface RoleInfo {
  label: string;
  /** Completes "An admin …". */
  abilities: string;
}

/** Strongest first: a role may do what the later ones may. */
export const roles = {
  owner: { label: "Owner", abilities: "can do everything, including transferring ownership" },
  admin: { label: "Admin", abilities: "can connect Sentry, map projects, and invite people" },
  responder: { label: "Responder", abilities: "can respond to incidents" },
  viewer: { label: "Viewer", abilities: "can view" },
} satisfies Record<Role, RoleInfo>;

const ranking = keysOf(roles);

export const allows = (role: Role, needed: Role) => ranking.indexOf(role) <= ranking.indexOf(needed);

const { owner: _, ...grantable } = roles;

/** An organization has one owner, who transfers ownership; the other roles can be given to anyone. */
export const grantable_roles = keysOf(grantable satisfies Record<GrantableRole, RoleInfo>);

/** The roles of API tokens. */
export const token_roles = {
  ...grantable,
  deployer: { label: "Deployer", abilities: "can do only what its scopes allow" },
} satisfies Record<TokenRole, RoleInfo>;

/** What a deployer may do. */
export const token_scopes = {
  "grants:call": "Call Sentry through its grants",
  "incidents:read": "Read incidents and their timelines",
  "services:read": "Read services",
} satisfies Record<TokenScope, string>;

/** Most severe first. */
export const severity_labels = {
  critical: "Critical",
  error: "Error",
  warning: "Warning",
  info: "Info",
} satisfies Record<Severity, string>;

export const severities = keysOf(severity_labels);

export const incident_status_labels = {
  open: "Open",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
} satisfies Record<IncidentStatus, string>;

/** The kinds of Sentry's issues. Sentry adds kinds, which are shown by its own word. */
export const category_labels: Readonly<Record<string, string>> = {
  error: "Error",
  outage: "Outage",
  metric: "Metric",
  feedback: "User feedback",
  performance: "Performance",
  test_notification: "Test notification",
};

export const incident_statuses = keysOf(incident_status_labels);

export const integration_status_labels = {
  pending: "Pending",
  connected: "Connected",
  degraded: "Degraded",
  disconnected: "Disconnected",
} satisfies Record<IntegrationStatus, string>;

export const outcome_labels = {
  opened: "Opened",
  reopened: "Reopened",
  updated: "Updated",
  resolved: "Resolved",
  duplicate: "Duplicate",
  stale: "Stale",
  unmapped: "Unmapped",
  inactive: "Inactive",
  filtered: "Filtered",
  ignored: "Ignored",
  unreadable: "Unreadable",
} satisfies Record<Outcome, string>;

/** Of Sentry's events, highest first. */
export const level_labels = {
  fatal: "Fatal",
  error: "Error",
  warning: "Warning",
  info: "Info",
  debug: "Debug",
  sample: "Sample",
} satisfies Record<MinLevel, string>;

/** Of pages, as a step toward the person: what has happened so far. */
export const page_state_labels = {
  due: "Due",
  sending: "Sending",
  accepted: "Accepted",
  delivered: "Delivered",
  seen: "Seen",
  acted: "Acted on",
  failed: "Failed",
  expired: "Expired",
  cancelled: "Canceled",
  bundled: "Bundled",
  held: "Held",
} satisfies Record<PageState, string>;

export const method_labels = {
  mail: "Email",
  push: "Push",
  slack_webhook: "Slack",
  sms: "SMS",
  voice: "Phone call",
  webhook: "Webhook",
} satisfies Record<MethodKind, string>;

export const urgency_labels = { high: "High", low: "Low" } satisfies Record<Urgency, string>;

/** Choices of a select. */
export const optionsOf = <T extends string>(labels: Readonly<Record<T, string>>) =>
  keysOf(labels).map((value) => ({ value, label: labels[value] }));
