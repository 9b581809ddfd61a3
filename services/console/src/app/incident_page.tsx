import { IncidentPage } from "../features/incidents/detail_page";
import { WhoKnows } from "../features/oncall/who_knows";

/** The page of an incident, and who was paged because of it. */
export const PagedIncidentPage = () => (
  <IncidentPage renderPaging={(number) => <WhoKnows number={number} />} />
);
