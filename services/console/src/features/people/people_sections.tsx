import { Link } from "@tanstack/react-router";
import { useOrg } from "../../api/org";
import css from "../../ui/section_links.module.css";

const exact = { exact: true, includeSearch: false };

/** The parts of what concerns people and their machines. */
export function PeopleSections() {
  const org = useOrg();
  const params = { org: org.slug };
  if (!org.can("admin")) return null;
  return (
    <nav aria-label="People" className={css.sections}>
      <Link to="/o/$org/people" params={params} className={css.section ?? ""} activeOptions={exact}>
        Members
      </Link>
      <Link to="/o/$org/people/tokens" params={params} className={css.section ?? ""} activeOptions={exact}>
        API tokens
      </Link>
      <Link to="/o/$org/people/audit" params={params} className={css.section ?? ""} activeOptions={exact}>
        Audit log
      </Link>
    </nav>
  );
}
