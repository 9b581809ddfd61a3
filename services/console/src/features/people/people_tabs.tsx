import { useOrg } from "../../api/org";
import { Tab, Tabs } from "../../ui/tabs";

/** The pages about people and API tokens. Only admins have more than the first. */
export function PeopleTabs() {
  const { slug: org, can } = useOrg();
  if (!can("admin")) return null;
  return (
    <Tabs label="People">
      <Tab to="/o/$org/people" org={org}>
        Members
      </Tab>
      <Tab to="/o/$org/people/tokens" org={org}>
        API tokens
      </Tab>
      <Tab to="/o/$org/people/audit" org={org}>
        Audit log
      </Tab>
    </Tabs>
  );
}
