import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useOrg } from "../../api/org";
import { membersQuery } from "../../api/queries";
import { formatCount } from "../../ui/format";
import { Page } from "../../ui/page";
import rows from "../../ui/rows.module.css";
import { EmptyState, Loaded } from "../../ui/states";
import { type Policy, policiesQuery } from "./oncall_api";
import css from "./policies.module.css";
import { draftOf, ladderOf } from "./policy_draft";
import { type Member, simulate } from "./simulation";

/** Which alarms run by the policy. */
export const usedBy = ({ is_default }: Policy) =>
  is_default ? "Default: for every service that names no other policy" : "For services that name it";

function PolicyRow({ policy, members }: { policy: Policy; members: readonly Member[] }) {
  const { slug: org } = useOrg();
  const ladder = ladderOf(draftOf(policy));
  const first = ladder ? simulate(ladder, members)[0] : undefined;
  return (
    <li className={`${rows.linkedRow} ${css.row}`}>
      <Link to="/o/$org/paging/policies/$id" params={{ org, id: policy.id }} className={rows.link ?? ""}>
        {policy.name}
      </Link>
      <div className={rows.details}>
        <span>{usedBy(policy)}</span>
        <span>{formatCount(policy.steps.length, "step")}</span>
        <span>{formatCount(policy.laps, "lap")}</span>
        {first ? <span>At once: {first.text}</span> : null}
      </div>
    </li>
  );
}

export function PoliciesPage() {
  const { slug: org, can } = useOrg();
  const query = useQuery(policiesQuery(org));
  const { data: members = [] } = useQuery(membersQuery(org));
  return (
    <Page
      title="Policies"
      aside="Whom alarms page, and in which order"
      actions={
        can("admin") ? (
          <Button
            renderRoot={(props) => <Link to="/o/$org/paging/policies/new" params={{ org }} {...props} />}
          >
            New policy
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query}>
        {(policies) =>
          policies.length === 0 ? (
            <EmptyState title="No policies">
              Without a policy, the owner and the admins are paged for every incident.
            </EmptyState>
          ) : (
            <ul className={rows.card} aria-label="Policies">
              {policies.map((policy) => (
                <PolicyRow key={policy.id} policy={policy} members={members} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
