import type { Schemas } from "../../../api/client";
import { keysOf } from "../../../api/vocabulary";

export type Operation = Schemas["GrantOperation"];

interface OperationInfo {
  label: string;
  effect: "reads" | "changes";
}

/** In the order of the API. */
export const operations = {
  list_organizations: { label: "List the organization", effect: "reads" },
  list_projects: { label: "List projects", effect: "reads" },
  list_issues: { label: "List issues", effect: "reads" },
  get_issue: { label: "Read an issue", effect: "reads" },
  list_issue_events: { label: "List the events of an issue", effect: "reads" },
  get_event: { label: "Read an event", effect: "reads" },
  list_releases: { label: "List releases", effect: "reads" },
  get_release: { label: "Read a release", effect: "reads" },
  list_deploys: { label: "List the deploys of a release", effect: "reads" },
  list_commits: { label: "List the commits of a release", effect: "reads" },
  resolve_issue: { label: "Resolve an issue", effect: "changes" },
  assign_issue: { label: "Assign an issue", effect: "changes" },
  comment_issue: { label: "Comment on an issue", effect: "changes" },
} satisfies Record<Operation, OperationInfo>;

export const operation_names = keysOf(operations);
export const reading_operations = operation_names.filter((name) => operations[name].effect === "reads");

/** Of a call, which may consist of several operations, separated by commas. */
export const callLabel = (operation: string) =>
  operation
    .split(",")
    .map((name) => operations[name as Operation]?.label ?? name)
    .join(", ");

/** "All that read", or the labels. */
export function operationsText(names: readonly Operation[]) {
  const reads = reading_operations.every((name) => names.includes(name));
  const others = names.filter((name) => !reads || operations[name].effect === "changes");
  const labels = others.map((name) => operations[name].label);
  return [...(reads ? ["Everything that only reads"] : []), ...labels].join(", ");
}

export const approval_labels = {
  none: "No call needs an approval",
  writes: "An admin approves each change",
  all: "An admin approves each call",
} satisfies Record<Schemas["GrantApproval"], string>;

export const approval_state_labels = {
  asked: "Waiting",
  approved: "Being made",
  denied: "Denied",
  done: "Made",
  failed: "Failed",
} satisfies Record<Schemas["ApprovalState"], string>;
