import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { integrationQuery } from "../../../api/queries";
import { BackLink } from "../../../ui/back_link";
import { Notice } from "../../../ui/notice";
import { Page } from "../../../ui/page";
import { ErrorNotice, Freshness, Loaded } from "../../../ui/states";
import { ConnectErrorNotice } from "../connect/connect_error_notice";
import { ChooseOrganization, ConfirmOrganization } from "../connect/organization_prompts";
import { OtherOrganizationNotice } from "../connect/other_organization_notice";
import { type Integration, type Reconnect, useReconnect } from "../integration_api";
import { integrationName, isEnded, lacksWebhookSecret, needsDecision } from "../labels";
import { MappingPanel } from "../mappings/mapping_panel";
import { AttemptsPanel } from "./attempts_panel";
import { StatusPanel } from "./status_panel";
import { WebhookPanel } from "./webhook_panel";

const route = getRouteApi("/o/$org/integrations/$id");

interface NoticesProps {
  integration: Integration;
  reconnect: Reconnect;
  /** Removes the result of the callback from the address. */
  onClose: () => void;
}

/** The result of the last connect or reconnect, from the callback's redirect or from the response. */
function ConnectResult({ integration, reconnect, onClose }: NoticesProps) {
  const { connected, connect_error, expected, found } = route.useSearch();
  const isRepaired = reconnect.data === null;
  const isPublic = integration.mode === "public";
  const closeRepaired = () => {
    reconnect.reset();
    onClose();
  };
  return (
    <>
      {connected && !needsDecision(integration) ? (
        <Notice tone="good" title="Sentry is connected" onClose={onClose}>
          {lacksWebhookSecret(integration)
            ? "One step is left in Sentry: set up webhooks as shown below. Then map projects to your services."
            : "Map projects to your services below. Then their issues and alerts become incidents."}
        </Notice>
      ) : null}
      {connect_error === "other_organization" && !isRepaired ? (
        <OtherOrganizationNotice
          expected={expected ?? integrationName(integration)}
          found={found ?? "another organization"}
          reconnect={reconnect}
          onClose={onClose}
        />
      ) : null}
      {connect_error && connect_error !== "other_organization" && !needsDecision(integration) ? (
        <ConnectErrorNotice code={connect_error} onClose={onClose} />
      ) : null}
      {isRepaired ? (
        <Notice
          tone="good"
          title={isPublic ? "Reconnected without a new installation" : "Reconnected"}
          onClose={closeRepaired}
        >
          {isPublic ? "Sentry issued new tokens for the existing installation. " : ""}
          Mappings and history are unchanged.
        </Notice>
      ) : null}
      {reconnect.isError && integration.mode !== "internal" ? (
        <ErrorNotice error={reconnect.error} onClose={() => reconnect.reset()} />
      ) : null}
    </>
  );
}

function Panels({ integration, reconnect }: Omit<NoticesProps, "onClose">) {
  const { connected } = route.useSearch();
  const { id, mode, status_reason } = integration;
  // Right after connecting, mapping is the next step.
  const mapsFirst = connected && mode === "public";
  // Until the decision, the projects of the Sentry organization cannot be read.
  const mapping = needsDecision(integration) ? null : <MappingPanel integration={integration} />;
  return (
    <>
      {status_reason === "choose_organization" ? <ChooseOrganization integration={integration} /> : null}
      {status_reason === "confirm_organization" ? <ConfirmOrganization integration={integration} /> : null}
      {mapsFirst ? mapping : null}
      <StatusPanel integration={integration} reconnect={reconnect} />
      {needsDecision(integration) || isEnded(integration) ? null : <WebhookPanel integration={integration} />}
      {mapsFirst ? null : mapping}
      {mode === "internal" || needsDecision(integration) ? null : <AttemptsPanel id={id} />}
    </>
  );
}

function IntegrationContent({ id }: { id: string }) {
  const { slug: org } = useOrg();
  const navigate = route.useNavigate();
  const query = useQuery(integrationQuery(org, id));
  const reconnect = useReconnect(org, id);
  const clearSearch = () => void navigate({ search: {}, replace: true });
  return (
    <Page
      title={query.data ? integrationName(query.data) : "Integration"}
      aside={
        <>
          <Freshness at={query.dataUpdatedAt} failing={query.failureCount > 0} live />
          <BackLink to="/o/$org/integrations" params={{ org }}>
            All integrations
          </BackLink>
        </>
      }
    >
      <Loaded query={query}>
        {(integration) => (
          <>
            <ConnectResult integration={integration} reconnect={reconnect} onClose={clearSearch} />
            <Panels integration={integration} reconnect={reconnect} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

export function IntegrationPage() {
  const { id } = route.useParams();
  return <IntegrationContent key={id} id={id} />;
}
