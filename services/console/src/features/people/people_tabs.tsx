import { useOrg } from "../../api/org";
import { Tab, Tabs } from "../../ui/tabs";
import { people_pages } from "./people_pages";

export function PeopleTabs() {
  const { slug: org, can } = useOrg();
  const shown = people_pages.filter(({ needs }) => can(needs));
  if (shown.length < 2) return null;
  return (
    <Tabs label="People">
      {shown.map(({ title, to }) => (
        <Tab key={to} to={to} org={org}>
          {title}
        </Tab>
      ))}
    </Tabs>
  );
}
