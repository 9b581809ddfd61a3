import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { attemptsQuery, integrationQuery, live_interval } from "../../api/queries";
import { BackIcon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { AsOf, Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { duration, Moment } from "../../ui/time";
import { useReconnect } from "./integration_api";
import css from "./integrations.module.css";
import { MappingPanel } from "./mapping_panel";
import { OtherOrganization } from "./other_organization";
import { StatusPanel } from "./status_panel";
import { integrationName } from "./words";

const route = getRouteApi("/o/$org/integrations/$id");

function took({ started_at, finished_at }: Schemas["Attempt"]): string {
  if (finished_at === null) return "running";
  const length = Date.parse(finished_at) - Date.parse(started_at);
  return length < 1000 ? `${length} ms` : duration(length);
}

function AttemptsPanel({ id }: { id: string }) {
  const { slug: org } = useOrg();
  const query = useQuery(attemptsQuery(org, id));
  return (
    <Panel title="Refresh attempts">
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={css.quiet}>None yet. The first is made well before the token expires.</p>
          ) : (
            <ol className={css.attempts} aria-label="Refresh attempts, newest first">
              {items.map((attempt, index) => (
                <li key={attempt.id}>
                  <strong>{attempt.outcome.replaceAll("_", " ")}</strong>
                  <span>
                    <Moment at={attempt.started_at} />
                  </span>
                  <span>asked by {attempt.trigger.replaceAll("_", " ")}</span>
                  <span>{took(attempt)}</span>
                  {attempt.http_status !== null ? <span>HTTP {attempt.http_status}</span> : null}
                  {index === 0 && attempt.next_at ? (
                    <span>
                      next <Moment at={attempt.next_at} />
                    </span>
                  ) : null}
                  {attempt.detail ? <span className={css.detail}>{attempt.detail}</span> : null}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}

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
        <span className={css.asides}>
          <AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} interval={live_interval} />
          <TextLink to="/o/$org/integrations" params={{ org }} className={css.back ?? ""}>
            <BackIcon size={14} /> All integrations
          </TextLink>
        </span>
      }
    >
      {connected ? (
        <Notice tone="good" title="Sentry is connected" onClose={forgetArrival}>
          Map its projects to your services below: from then on their problems become incidents.
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
            {repaired ? (
              <Notice
                tone="good"
                title="Repaired without a new installation"
                onClose={() => {
                  reconnect.reset();
                  forgetArrival();
                }}
              >
                Sentry gave new tokens for the installation that was there. Mappings and history are as they
                were.
              </Notice>
            ) : null}
            {reconnect.isError ? <Refusal error={reconnect.error} onClose={() => reconnect.reset()} /> : null}
            {connected ? <MappingPanel integration={integration} /> : null}
            <StatusPanel integration={integration} reconnect={reconnect} />
            {connected ? null : <MappingPanel integration={integration} />}
            <AttemptsPanel id={id} />
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
