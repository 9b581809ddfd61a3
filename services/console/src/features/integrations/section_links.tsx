import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useOrg } from "../../api/org";
import { unmappedQuery } from "../../api/queries";
import css from "../../ui/section_links.module.css";

export function SectionLinks() {
  const { slug: org } = useOrg();
  const { data } = useQuery(unmappedQuery(org));
  return (
    <nav aria-label="Integrations" className={css.sections}>
      <Link
        to="/o/$org/integrations"
        params={{ org }}
        className={css.section ?? ""}
        activeOptions={{ exact: true, includeSearch: false }}
      >
        Connections
      </Link>
      <Link to="/o/$org/integrations/unmapped" params={{ org }} className={css.section ?? ""}>
        Unmapped{data && data.length > 0 ? ` (${data.length})` : ""}
      </Link>
      <Link
        to="/o/$org/integrations/setup"
        params={{ org }}
        className={css.section ?? ""}
        activeOptions={{ includeSearch: false }}
      >
        Setting up Sentry
      </Link>
    </nav>
  );
}
