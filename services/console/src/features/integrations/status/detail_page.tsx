import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { integrationQuery } from "../../../api/queries";
import { BackIcon } from "../../../ui/icons";
import { Notice } from "../../../ui/notice";
import { Page } from "../../../ui/page";
import { AsOf, Loaded, Refusal } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { ConnectErrorNotice } from "../connect/connect_error_notice";
import { ChooseOrganization, ConfirmOrganization } from "../connect/organization_prompts";
import { OtherOrganization } from "../connect/other_organization";
import { useReconnect } from "../integration_api";
import shared from "../integrations.module.css";
import { integrationName, isAsking, isDeaf, isEnded } from "../labels";
import { MappingPanel } from "../mappings/mapping_panel";
import { AttemptsPanel } from "./attempts_panel";
import css from "./status.module.css";
import { StatusPanel } from "./status_panel";
import { WebhookPanel } from "./webhook_panel";

const route = getRouteApi("/o/$org/integrations/$id");

function IntegrationScreen({ id }: { id: string }) {
  const { slug: org } = useOrg();
  const { connected, connect_error, expected, found } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(integrationQuery(org, id));
  const reconnect = useReconnect(org, id);
  const name = query.data ? integrationName(query.data) : "Integration";
  const forgetArrival = () => void navigate({ search: {}, replace: true });
  const repaired = reconnect.data === null;
  return (
    <Page
      title={name}
      aside={
        <span className={css.aside}>
          <AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} live />
          <TextLink to="/o/$org/integrations" params={{ org }} className={shared.back ?? ""}>
            <BackIcon size={14} /> All integrations
          </TextLink>
        </span>
      }
    >
      {connected && query.data && !isAsking(query.data) ? (
        <Notice tone="good" title="Sentry is connected" onClose={forgetArrival}>
          {isDeaf(query.data)
            ? "One step in Sentry is left: its webhooks, below. Then map its projects to your services."
            : "Map its projects to your services below: from then on their problems become incidents."}
        </Notice>
      ) : null}
      <Loaded query={query}>
        {(integration) => (
          <>
            {connect_error === "other_organization" && !repaired ? (
              <OtherOrganization
                expected={expected ?? name}
                found={found ?? "another organization"}
                reconnect={reconnect}
                onClose={forgetArrival}
              />
            ) : null}
            {connect_error && connect_error !== "other_organization" && !isAsking(integration) ? (
              <ConnectErrorNotice code={connect_error} onClose={forgetArrival} />
            ) : null}
            {repaired ? (
              <Notice
                tone="good"
                title={
                  integration.mode === "public" ? "Repaired without a new installation" : "Connected again"
                }
                onClose={() => {
                  reconnect.reset();
                  forgetArrival();
                }}
              >
                {integration.mode === "public"
                  ? "Sentry gave new tokens for the installation that was there. "
                  : ""}
                Mappings and history are as they were.
              </Notice>
            ) : null}
            {reconnect.isError && integration.mode !== "internal" ? (
              <Refusal error={reconnect.error} onClose={() => reconnect.reset()} />
            ) : null}
            {integration.status_reason === "choose_organization" ? (
              <ChooseOrganization integration={integration} />
            ) : null}
            {integration.status_reason === "confirm_organization" ? (
              <ConfirmOrganization integration={integration} />
            ) : null}
            {connected && integration.mode === "public" ? <MappingPanel integration={integration} /> : null}
            <StatusPanel integration={integration} reconnect={reconnect} />
            {isAsking(integration) || isEnded(integration) ? null : (
              <WebhookPanel integration={integration} />
            )}
            {connected && integration.mode === "public" ? null : <MappingPanel integration={integration} />}
            {integration.mode === "internal" || isAsking(integration) ? null : <AttemptsPanel id={id} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

export function IntegrationPage() {
  const { id } = route.useParams();
  return <IntegrationScreen key={id} id={id} />;
}
