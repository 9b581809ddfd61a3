import { useQuery } from "@tanstack/react-query";
import { useOrg } from "../../../api/org";
import { approvalsQuery, isWaiting } from "../../../api/queries";
import { useNow } from "../../../ui/clock";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import rows from "../../../ui/rows.module.css";
import { Loaded } from "../../../ui/states";
import { IntegrationTabs } from "../integration_tabs";
import { ApprovalRow } from "./approval_row";
import type { Approval } from "./grants_api";

interface ApprovalListProps {
  title: string;
  label: string;
  empty: string;
  approvals: readonly Approval[];
}

const ApprovalList = ({ title, label, empty, approvals }: ApprovalListProps) => (
  <Panel title={title} flush>
    {approvals.length === 0 ? (
      <p className={rows.empty}>{empty}</p>
    ) : (
      <ul className={rows.list} aria-label={label}>
        {approvals.map((approval) => (
          <ApprovalRow key={approval.id} approval={approval} />
        ))}
      </ul>
    )}
  </Panel>
);

/** The calls that wait for an admin, and those that were decided. */
export function ApprovalsPage() {
  const org = useOrg();
  const now = useNow();
  const query = useQuery(approvalsQuery(org.slug));
  return (
    <Page title="Approvals">
      <IntegrationTabs />
      <Loaded query={query} rows={3}>
        {(approvals) => (
          <>
            <ApprovalList
              title="Waiting for a decision"
              label="Waiting calls"
              empty="No call waits. Calls of grants appear here if the grant requires the approval of an admin."
              approvals={approvals.filter((approval) => isWaiting(approval, now))}
            />
            <ApprovalList
              title="Decided"
              label="Decided calls"
              empty="No decisions in the last 30 days."
              approvals={approvals.filter((approval) => !isWaiting(approval, now))}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
