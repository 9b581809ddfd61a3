import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { integrationsQuery } from "../../api/queries";
import { IntegrationBadge } from "../../ui/badges";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { AsOf, Empty, Loaded, Refusal } from "../../ui/states";
import { Moment } from "../../ui/time";
import { useConnect } from "./integration_api";
import css from "./integrations.module.css";
import { SectionLinks } from "./section_links";
import { connectErrorText, integrationName, reasonText } from "./words";

const route = getRouteApi("/o/$org/integrations");
const poll_interval = 30_000;

function IntegrationRow({ org, integration }: { org: string; integration: Schemas["Integration"] }) {
  const { id, status, status_reason, status_since, remedy, last_delivery_at, sentry_org } = integration;
  return (
    <li className={css.row}>
      <div className={css.what}>
        <Link to="/o/$org/integrations/$id" params={{ org, id }} className={css.link ?? ""}>
          {integrationName(integration)}
        </Link>
        <div className={css.facts}>
          {sentry_org ? <span>{sentry_org.slug}</span> : null}
          <span>{reasonText(status_reason)}</span>
          <span>
            since <Moment at={status_since} />
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
  const connect = useConnect(org.slug);
  return (
    <Page
      title="Integrations"
      aside={<AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} interval={poll_interval} />}
      actions={
        org.can("admin") ? (
          <Button loading={connect.isPending || connect.isSuccess} onClick={() => connect.mutate()}>
            Connect Sentry
          </Button>
        ) : undefined
      }
    >
      <SectionLinks />
      {connect_error ? (
        <Notice
          tone="bad"
          title="Sentry was not connected"
          onClose={() => void navigate({ search: {}, replace: true })}
        >
          {connectErrorText(connect_error)}
        </Notice>
      ) : null}
      {connect.isError ? <Refusal error={connect.error} onClose={() => connect.reset()} /> : null}
      <Loaded query={query} rows={4}>
        {(integrations) =>
          integrations.length === 0 ? (
            <Empty title="Sentry is not connected">
              {org.can("admin")
                ? "Connect Sentry takes you to Sentry, where you pick the organization and install Tocsin. You come back here, and map its projects to your services."
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
