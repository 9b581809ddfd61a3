import { useQuery } from "@tanstack/react-query";
import { useMatch } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { integrationsQuery } from "../../../api/queries";
import { IntegrationBadge, WarningBadge } from "../../../ui/badges";
import { TextLink } from "../../../ui/text_link";
import { integrationName, isBroken, isDeaf, stateText } from "../labels";
import css from "./announcement.module.css";

// More would push the screen itself away.
const most_shown = 3;

/** On every screen, for those who can do something about it: the integrations that do not work. */
export function Announcement() {
  const org = useOrg();
  const admin = org.can("admin");
  const { data } = useQuery({ ...integrationsQuery(org.slug), enabled: admin });
  const here = useMatch({ from: "/o/$org/integrations/$id", shouldThrow: false })?.params.id;
  if (!admin) return null;
  const broken = (data ?? []).filter((each) => (isBroken(each) || isDeaf(each)) && each.id !== here);
  const ordered = [
    ...broken.filter(({ status }) => status === "disconnected"),
    ...broken.filter(({ status }) => status !== "disconnected"),
  ];
  const more = ordered.length - most_shown;
  return (
    // The region is there before its text, or a screen reader says nothing.
    <div role="status" className={css.announcement}>
      {ordered.slice(0, most_shown).map((integration) => (
        <p
          key={integration.id}
          className={css.line}
          data-status={isBroken(integration) ? integration.status : "degraded"}
        >
          {isBroken(integration) ? (
            <IntegrationBadge status={integration.status} />
          ) : (
            <WarningBadge>no webhooks</WarningBadge>
          )}
          <TextLink
            to="/o/$org/integrations/$id"
            params={{ org: org.slug, id: integration.id }}
            inherit
            underline="always"
          >
            Sentry: {integrationName(integration)}
          </TextLink>
          <span>{stateText(integration)}</span>
        </p>
      ))}
      {more > 0 ? (
        <p className={css.line}>
          <TextLink to="/o/$org/integrations" params={{ org: org.slug }} inherit underline="always">
            {more} more {more === 1 ? "integration does" : "integrations do"} not work
          </TextLink>
        </p>
      ) : null}
    </div>
  );
}
