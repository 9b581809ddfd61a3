import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { integrationsQuery } from "../../../api/queries";
import { IntegrationBadge } from "../../../ui/badges";
import { Page } from "../../../ui/page";
import rows from "../../../ui/rows.module.css";
import { AsOf, Empty, Loaded } from "../../../ui/states";
import { Moment } from "../../../ui/time";
import { ConnectErrorNotice } from "../connect/connect_error_notice";
import { integrationName, stateText } from "../labels";
import { words } from "../modes";
import { SectionLinks } from "../section_links";
import css from "./status.module.css";

const route = getRouteApi("/o/$org/integrations");

function IntegrationRow({ org, integration }: { org: string; integration: Schemas["Integration"] }) {
  const { id, mode, status, status_since, remedy, last_delivery_at, sentry_org } = integration;
  return (
    <li className={css.row}>
      <div className={rows.what}>
        <Link to="/o/$org/integrations/$id" params={{ org, id }} className={css.link ?? ""}>
          {integrationName(integration)}
        </Link>
        <div className={rows.facts}>
          {sentry_org ? <span>{sentry_org.slug}</span> : null}
          <span>{words[mode].name}</span>
          <span>{stateText(integration)}</span>
          <span>
            for <Moment at={status_since} age />
          </span>
          <span>
            {last_delivery_at ? (
              <>
                last delivery <Moment at={last_delivery_at} />
              </>
            ) : (
              "no delivery yet"
            )}
          </span>
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
      aside={<AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} live />}
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
      <SectionLinks />
      {connect_error ? (
        <ConnectErrorNotice
          code={connect_error}
          onClose={() => void navigate({ search: {}, replace: true })}
        />
      ) : null}
      <Loaded query={query} rows={4}>
        {(integrations) =>
          integrations.length === 0 ? (
            <Empty title="Sentry is not connected">
              {org.can("admin")
                ? "Press Connect Sentry, and choose how. Afterwards you map its projects to your services, and their problems become incidents."
                : "An admin of this organization connects Sentry here. From then on its problems become incidents."}
            </Empty>
          ) : (
            <ul className={css.list} aria-label="Integrations">
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
