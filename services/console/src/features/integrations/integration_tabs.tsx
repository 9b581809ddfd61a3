import { useQuery } from "@tanstack/react-query";
import { useOrg } from "../../api/org";
import { unmappedQuery } from "../../api/queries";
import { Tab, Tabs } from "../../ui/tabs";

export function IntegrationTabs() {
  const { slug: org } = useOrg();
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
    </Tabs>
  );
}
