import { useQuery } from "@tanstack/react-query";
import { useMatch } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { integrationsQuery } from "../../../api/queries";
import { IntegrationBadge, WarningBadge } from "../../../ui/badges";
import { formatCount } from "../../../ui/format";
import { TextLink } from "../../../ui/text_link";
import type { Integration } from "../integration_api";
import { integrationName, isBroken, lacksWebhookSecret, statusInfo } from "../labels";
import css from "./integration_banner.module.css";

/** "Token refresh failing, retrying" */
function summaryOf(integration: Integration) {
  const { text, note } = statusInfo(integration);
  return note ? `${text}, ${note}` : text;
}

// More lines would take too much of the screen.
const max_lines = 3;

/** Shows admins, on all pages, the integrations that do not work. */
export function IntegrationBanner() {
  const org = useOrg();
  const isAdmin = org.can("admin");
  const { data } = useQuery({ ...integrationsQuery(org.slug), enabled: isAdmin });
  const current = useMatch({ from: "/o/$org/integrations/$id", shouldThrow: false })?.params.id;
  if (!isAdmin) return null;
  const failing = (data ?? []).filter(
    (integration) => (isBroken(integration) || lacksWebhookSecret(integration)) && integration.id !== current,
  );
  const ordered = [
    ...failing.filter(({ status }) => status === "disconnected"),
    ...failing.filter(({ status }) => status !== "disconnected"),
  ];
  const hidden_count = ordered.length - max_lines;
  return (
    // A screen reader announces only text that is added to an existing region.
    <div role="status" className={css.banner}>
      {ordered.slice(0, max_lines).map((integration) => (
        <p
          key={integration.id}
          className={css.line}
          data-status={isBroken(integration) ? integration.status : "degraded"}
        >
          {isBroken(integration) ? (
            <IntegrationBadge status={integration.status} />
          ) : (
            <WarningBadge>No webhooks</WarningBadge>
          )}
          <TextLink
            to="/o/$org/integrations/$id"
            params={{ org: org.slug, id: integration.id }}
            inherit
            underline="always"
          >
            Sentry: {integrationName(integration)}
          </TextLink>
          <span>{summaryOf(integration)}</span>
        </p>
      ))}
      {hidden_count > 0 ? (
        <p className={css.line}>
          <TextLink to="/o/$org/integrations" params={{ org: org.slug }} inherit underline="always">
            {formatCount(hidden_count, "more integration needs", "more integrations need")} attention
          </TextLink>
        </p>
      ) : null}
    </div>
  );
}
