import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import rows from "../../../ui/rows.module.css";
import { Loaded } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { ApprovalRow } from "./approval_row";
import { approvalQuery } from "./grants_api";

/** One call that needs an approval: the page to which `approval_url` leads. */
export function ApprovalPage() {
  const org = useOrg();
  const { id = "" } = useParams({ strict: false });
  const query = useQuery(approvalQuery(org.slug, id));
  return (
    <Page title="Approval of a call">
      <Loaded query={query} rows={2}>
        {(approval) => (
          <Panel title="Call of Sentry" flush>
            <ul className={rows.list} aria-label="Call">
              <ApprovalRow approval={approval} />
            </ul>
          </Panel>
        )}
      </Loaded>
      {org.can("admin") ? (
        <TextLink to="/o/$org/integrations/approvals" params={{ org: org.slug }} size="sm">
          All approvals
        </TextLink>
      ) : null}
    </Page>
  );
}
