import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { formatNumber } from "../../ui/format";
import { TextLink } from "../../ui/text_link";
import css from "./services_page.module.css";

/** How many incidents of a service are not resolved, as a link to them. */
export function IncidentCounts({ service }: { service: Schemas["Service"] }) {
  const { slug: org } = useOrg();
  const { open, acknowledged, critical } = service.incidents;
  if (open + acknowledged === 0) return <span className={css.counts}>No active incidents</span>;
  const texts = [
    [critical, "critical"],
    [open, "open"],
    [acknowledged, "acknowledged"],
  ] as const;
  const text = texts
    .filter(([count]) => count > 0)
    .map(([count, label]) => `${formatNumber(count)} ${label}`)
    .join(", ");
  return (
    <TextLink
      to="/o/$org/incidents"
      params={{ org }}
      search={{ service: service.slug }}
      size="sm"
      className={css.counts ?? ""}
      aria-label={`Incidents of ${service.name}: ${text}`}
      data-critical={critical > 0 || undefined}
    >
      {text}
    </TextLink>
  );
}
