import { Button, Code } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { attemptsQuery, integrationQuery, keys, live_interval } from "../../api/queries";
import { IntegrationBadge } from "../../ui/badges";
import { Facts } from "../../ui/facts";
import { BackIcon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { AsOf, Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { duration, Moment } from "../../ui/time";
import css from "./integrations.module.css";
import { MappingPanel } from "./mapping_panel";
import { integrationName, reasonText } from "./words";

const route = getRouteApi("/o/$org/integrations/$id");

type Integration = Schemas["Integration"];

const modes: Record<Integration["mode"], string> = {
  public: "public integration",
  oauth: "OAuth application",
  internal: "internal integration",
};

const refreshed = ({ credential }: Integration) =>
  credential && credential.failed_attempts > 0
    ? "The token was not refreshed; the attempt below says why."
    : "The token was refreshed.";

function StatusPanel({ integration }: { integration: Integration }) {
  const org = useOrg();
  const queries = useQueryClient();
  const { credential } = integration;
  const refresh = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orgs/{org}/integrations/{id}/refresh", {
          params: { path: { org: org.slug, id: integration.id } },
          body: {},
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.integration(org.slug, integration.id) }),
  });
  return (
    <Panel
      title="Status"
      actions={
        org.can("admin") && credential ? (
          <Button variant="default" size="xs" loading={refresh.isPending} onClick={() => refresh.mutate()}>
            Refresh now
          </Button>
        ) : null
      }
    >
      <div className={css.stack}>
        <div className={css.status}>
          <IntegrationBadge status={integration.status} />
          <span>
            {reasonText(integration.status_reason)}, since <Moment at={integration.status_since} />
          </span>
        </div>
        {integration.remedy ? (
          <Notice tone="hint" title="What to do">
            {integration.remedy}
          </Notice>
        ) : null}
        {refresh.isError ? <Refusal error={refresh.error} onClose={() => refresh.reset()} /> : null}
        <div role="status" className={css.quiet}>
          {refresh.data ? refreshed(refresh.data) : ""}
        </div>
        <Facts
          items={{
            "Sentry organization": integration.sentry_org?.slug,
            Kind: modes[integration.mode] ?? integration.mode,
            "Last delivery": integration.last_delivery_at ? (
              <Moment at={integration.last_delivery_at} />
            ) : (
              "none yet"
            ),
            "Token expires": credential?.expires_at ? <Moment at={credential.expires_at} /> : null,
            "Next refresh": credential?.next_refresh_at ? <Moment at={credential.next_refresh_at} /> : null,
            "Last refreshed": credential?.refreshed_at ? <Moment at={credential.refreshed_at} /> : null,
            "Failed attempts":
              credential && credential.failed_attempts > 0 ? credential.failed_attempts : null,
            "Last error": credential?.last_error,
            Scopes: integration.scopes.length > 0 ? integration.scopes.join(" ") : null,
            Installation: integration.installation_id ? <Code>{integration.installation_id}</Code> : null,
            "Webhook address": integration.webhook_url ? <Code>{integration.webhook_url}</Code> : null,
          }}
        />
      </div>
    </Panel>
  );
}

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

export function IntegrationPage() {
  const { slug: org } = useOrg();
  const { id } = route.useParams();
  const { connected } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(integrationQuery(org, id));
  const name = query.data ? integrationName(query.data) : "Integration";
  return (
    <Page
      key={id}
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
        <Notice
          tone="good"
          title="Sentry is connected"
          onClose={() => void navigate({ search: {}, replace: true })}
        >
          Map its projects to your services below: from then on their problems become incidents.
        </Notice>
      ) : null}
      <Loaded query={query}>
        {(integration) => (
          <>
            {connected ? <MappingPanel integration={integration} /> : null}
            <StatusPanel integration={integration} />
            {connected ? null : <MappingPanel integration={integration} />}
            <AttemptsPanel id={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
