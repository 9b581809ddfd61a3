import { Button } from "@mantine/core";
import { useOrg } from "../../../api/org";
import { isWaiting } from "../../../api/queries";
import { useNow } from "../../../ui/clock";
import rows from "../../../ui/rows.module.css";
import { ErrorNotice } from "../../../ui/states";
import { RelativeTime } from "../../../ui/time";
import css from "./grants.module.css";
import { type Approval, useDecide } from "./grants_api";
import { approval_state_labels, callLabel } from "./labels";

/** The fields of a stored request, in the order in which they are sent: pairs of names and values. */
function fieldsOf(request: Approval["request"]): [string, string][] {
  const parts = request as Record<string, unknown>;
  return ["captures", "query", "body"].flatMap((part) => {
    const pairs = parts[part];
    return Array.isArray(pairs)
      ? pairs
          .filter(
            (pair): pair is [string, string] =>
              Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string"),
          )
          .filter(([name]) => name !== "org")
      : [];
  });
}

function stateText({ state, decided_by, result_status, detail }: Approval, waits: boolean) {
  if (state === "asked" && !waits) return "Expired without a decision";
  const by = decided_by ? ` by ${decided_by}` : "";
  if (state === "denied") return `Denied${by}`;
  if (state === "done") return `Approved${by}; Sentry responded with status ${result_status}`;
  if (state === "failed")
    return `Approved${by}, but it failed: ${detail ?? "Sentry gave no usable response"}`;
  return approval_state_labels[state];
}

function Details({ approval, waits }: { approval: Approval; waits: boolean }) {
  return (
    <>
      <div className={rows.details}>
        <span>Asked by {approval.asked_by}</span>
        <span>Grant {approval.grant_name}</span>
        <span>
          <RelativeTime at={approval.asked_at} />
        </span>
        {waits ? (
          <span>
            Expires <RelativeTime at={approval.expires_at} />
          </span>
        ) : null}
      </div>
      <dl className={css.fields}>
        {fieldsOf(approval.request).map(([name, value], place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and a field may be repeated
          <div key={`${name} ${place}`} className={css.field}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {waits ? null : (
          <div className={css.field}>
            <dt>Result</dt>
            <dd>{stateText(approval, waits)}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** A call that needs an approval, with the buttons to decide while it waits. */
export function ApprovalRow({ approval }: { approval: Approval }) {
  const org = useOrg();
  const now = useNow();
  const decide = useDecide(org.slug, approval.id);
  const waits = isWaiting(approval, now);
  const what = `${callLabel(approval.operation)}, asked by ${approval.asked_by}`;
  const button = (decision: "approve" | "deny", label: string) => (
    <Button
      size="xs"
      {...(decision === "deny" ? { variant: "default" } : {})}
      aria-label={`${label}: ${what}`}
      loading={decide.isPending && decide.variables === decision}
      disabled={decide.isPending}
      onClick={() => decide.mutate(decision)}
    >
      {label}
    </Button>
  );
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.main}>
          <div className={rows.name}>{callLabel(approval.operation)}</div>
          <Details approval={approval} waits={waits} />
        </div>
        {waits && org.can("admin") ? (
          <div className={rows.actions}>
            {button("approve", "Approve")}
            {button("deny", "Deny")}
          </div>
        ) : null}
      </div>
      {decide.error ? (
        <div className={rows.error}>
          <ErrorNotice error={decide.error} onClose={() => decide.reset()} />
        </div>
      ) : null}
    </li>
  );
}
