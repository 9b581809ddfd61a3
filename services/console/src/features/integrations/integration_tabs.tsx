import { useQuery } from "@tanstack/react-query";
import { useOrg } from "../../api/org";
import { unmappedQuery } from "../../api/queries";
import { usePendingApprovals } from "../../ui/pending_approvals";
import { Tab, Tabs } from "../../ui/tabs";

export function IntegrationTabs() {
  const { slug: org, can } = useOrg();
  const waiting = usePendingApprovals();
  const { data } = useQuery(unmappedQuery(org));
  return (
    <Tabs label="Integrations">
      <Tab to="/o/$org/integrations" org={org}>
        Connections
      </Tab>
      <Tab to="/o/$org/integrations/unmapped" org={org}>
        Unmapped{data && data.length > 0 ? ` (${data.length})` : ""}
      </Tab>
      <Tab to="/o/$org/integrations/setup" org={org}>
        Sentry setup
      </Tab>
      <Tab to="/o/$org/integrations/grants" org={org}>
        Grants
      </Tab>
      {can("admin") ? (
        <Tab to="/o/$org/integrations/approvals" org={org}>
          Approvals{waiting > 0 ? ` (${waiting})` : ""}
        </Tab>
      ) : null}
    </Tabs>
  );
}
