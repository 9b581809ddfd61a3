import { useQuery } from "@tanstack/react-query";
import { useMatch } from "@tanstack/react-router";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { integrationsQuery } from "../../../api/queries";
import { IntegrationBadge, WarningBadge } from "../../../ui/badges";
import { DownIcon } from "../../../ui/icons";
import { TextLink } from "../../../ui/text_link";
import type { Integration } from "../integration_api";
import { integrationName, isBroken, lacksWebhookSecret, statusInfo } from "../labels";
import css from "./integration_banner.module.css";

/** "Token refresh failing, retrying" */
function summaryOf(integration: Integration) {
  const { text, note } = statusInfo(integration);
  return note ? `${text}, ${note}` : text;
}

const Line = ({ org, integration }: { org: string; integration: Integration }) => (
  <p className={css.line} data-status={isBroken(integration) ? integration.status : "degraded"}>
    {isBroken(integration) ? (
      <IntegrationBadge status={integration.status} />
    ) : (
      <WarningBadge>No webhooks</WarningBadge>
    )}
    <TextLink to="/o/$org/integrations/$id" params={{ org, id: integration.id }} inherit underline="always">
      Sentry: {integrationName(integration)}
    </TextLink>
    <span>{summaryOf(integration)}</span>
  </p>
);

/** Shows admins, on all pages, the integrations that do not work: one line that opens. */
export function IntegrationBanner() {
  const org = useOrg();
  const [isOpen, setOpen] = useState(false);
  const isAdmin = org.can("admin");
  const { data } = useQuery({ ...integrationsQuery(org.slug), enabled: isAdmin });
  const current = useMatch({ from: "/o/$org/integrations/$id", shouldThrow: false })?.params.id;
  if (!isAdmin) return null;
  const failing = (data ?? []).filter(
    (integration) => (isBroken(integration) || lacksWebhookSecret(integration)) && integration.id !== current,
  );
  const disconnected = failing.filter(({ status }) => status === "disconnected");
  const ordered = [...disconnected, ...failing.filter(({ status }) => status !== "disconnected")];
  const isSummary = ordered.length > 1;
  return (
    // A screen reader announces only text that is added to an existing region.
    <div role="status" className={css.banner}>
      {isSummary ? (
        <p className={css.line} data-status={disconnected.length > 0 ? "disconnected" : "degraded"}>
          <button
            type="button"
            className={css.toggle}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {ordered.length} integrations need attention <DownIcon size={14} />
          </button>
        </p>
      ) : null}
      {isSummary && !isOpen
        ? null
        : ordered.map((integration) => (
            <Line key={integration.id} org={org.slug} integration={integration} />
          ))}
    </div>
  );
}
