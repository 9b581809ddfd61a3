import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { integrationsQuery } from "../../../api/queries";
import { IntegrationBadge } from "../../../ui/badges";
import { Page } from "../../../ui/page";
import rows from "../../../ui/rows.module.css";
import { EmptyState, Freshness, Loaded } from "../../../ui/states";
import { RelativeTime } from "../../../ui/time";
import { ConnectErrorNotice } from "../connect/connect_error_notice";
import type { Integration } from "../integration_api";
import { IntegrationTabs } from "../integration_tabs";
import { integrationName } from "../labels";
import { mode_texts } from "../modes";
import css from "./status.module.css";
import { StatusText } from "./status_text";

const route = getRouteApi("/o/$org/integrations");

function IntegrationRow({ org, integration }: { org: string; integration: Integration }) {
  const { id, mode, status, remedy, last_delivery_at, sentry_org } = integration;
  return (
    <li className={`${rows.linkedRow} ${css.row}`}>
      <div className={rows.main}>
        <Link to="/o/$org/integrations/$id" params={{ org, id }} className={rows.link ?? ""}>
          {integrationName(integration)}
        </Link>
        <div className={rows.details}>
          {sentry_org ? <span>{sentry_org.slug}</span> : null}
          <span>{mode_texts[mode].name}</span>
          <StatusText integration={integration} />
          {last_delivery_at ? (
            <span>
              Last delivery <RelativeTime at={last_delivery_at} />
            </span>
          ) : (
            <span>No deliveries yet</span>
          )}
        </div>
        {remedy ? <div className={css.remedy}>{remedy}</div> : null}
      </div>
      <IntegrationBadge status={status} />
    </li>
  );
}

export function IntegrationListPage() {
  const org = useOrg();
  const { connect_error } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(integrationsQuery(org.slug));
  return (
    <Page
      title="Integrations"
      aside={<Freshness at={query.dataUpdatedAt} failing={query.failureCount > 0} live />}
      actions={
        org.can("admin") ? (
          <Button
            renderRoot={(props) => (
              <Link to="/o/$org/integrations/connect" params={{ org: org.slug }} {...props} />
            )}
          >
            Connect Sentry
          </Button>
        ) : undefined
      }
    >
      <IntegrationTabs />
      {connect_error ? (
        <ConnectErrorNotice
          code={connect_error}
          onClose={() => void navigate({ search: {}, replace: true })}
        />
      ) : null}
      <Loaded query={query} rows={4}>
        {(integrations) =>
          integrations.length === 0 ? (
            <EmptyState title="Sentry is not connected">
              {org.can("admin")
                ? "Press Connect Sentry and choose how to connect. Then map Sentry projects to your services: their issues and alerts become incidents."
                : "Ask an admin of this organization to connect Sentry. Then its issues and alerts become incidents."}
            </EmptyState>
          ) : (
            <ul className={rows.card} aria-label="Integrations">
              {integrations.map((integration) => (
                <IntegrationRow key={integration.id} org={org.slug} integration={integration} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
