import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { type DeliveryFilters, deliveryPages, integrationsQuery } from "../../api/queries";
import { OutcomeBadge } from "../../ui/badges";
import { FilterForm, seldom } from "../../ui/filter_form";
import { LoadMore } from "../../ui/load_more";
import { MomentField, momentOf } from "../../ui/moment_field";
import { Page } from "../../ui/page";
import { AsOf, Empty, Failure, Refusal, Waiting } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
import css from "./deliveries.module.css";
import { outcomes, resources } from "./labels";

const route = getRouteApi("/o/$org/deliveries");

interface Search {
  outcome?: string;
  resource?: string;
  integration?: string;
  project?: string;
  request_id?: string;
  since?: string;
  until?: string;
}

export function filtersOf(search: Search): DeliveryFilters {
  const outcome = outcomes.find((each) => each === search.outcome);
  const since = momentOf(search.since);
  const until = momentOf(search.until);
  return {
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
    ...(outcome ? { outcome } : {}),
    ...(search.resource ? { resource: search.resource } : {}),
    ...(search.integration ? { integration: search.integration } : {}),
    ...(search.project ? { project: search.project } : {}),
    ...(search.request_id ? { request_id: search.request_id } : {}),
  };
}

function Filters({ search, change }: { search: Search; change: (next: Search) => void }) {
  const { slug: org } = useOrg();
  const { data: integrations } = useQuery(integrationsQuery(org));
  const [project, setProject] = useState(search.project ?? "");
  const [request, setRequest] = useState(search.request_id ?? "");
  const [since, setSince] = useState(momentOf(search.since) ?? "");
  const [until, setUntil] = useState(momentOf(search.until) ?? "");
  const isSeldomUsed = Boolean(search.integration || search.request_id || since || until);
  return (
    <FilterForm
      label="Filter deliveries"
      isSeldomUsed={isSeldomUsed}
      submit={() => change({ ...search, project: project.trim(), request_id: request.trim(), since, until })}
    >
      <NativeSelect
        label="Outcome"
        value={search.outcome ?? ""}
        onChange={(event) => change({ ...search, outcome: event.currentTarget.value })}
        data={[{ value: "", label: "any" }, ...outcomes]}
      />
      <NativeSelect
        label="Resource"
        value={search.resource ?? ""}
        onChange={(event) => change({ ...search, resource: event.currentTarget.value })}
        data={[{ value: "", label: "any" }, ...resources]}
      />
      <NativeSelect
        className={seldom}
        label="Integration"
        value={search.integration ?? ""}
        onChange={(event) => change({ ...search, integration: event.currentTarget.value })}
        data={[
          { value: "", label: "any" },
          ...(integrations ?? []).map(({ id, sentry_org }) => ({
            value: id,
            label: sentry_org?.slug ?? id,
          })),
        ]}
      />
      <TextInput
        label="Project"
        placeholder="slug or id"
        value={project}
        onChange={(event) => setProject(event.currentTarget.value)}
      />
      <TextInput
        className={seldom}
        label="Request ID"
        placeholder="from Sentry's log"
        value={request}
        onChange={(event) => setRequest(event.currentTarget.value)}
      />
      <MomentField className={seldom} label="Since" value={since} onChange={setSince} />
      <MomentField className={seldom} label="Until" value={until} onChange={setUntil} />
    </FilterForm>
  );
}

function DeliveryRow({ org, delivery }: { org: string; delivery: Schemas["Delivery"] }) {
  const { id, resource, action, outcome, rule, project, incident_number, received_at } = delivery;
  return (
    <li className={css.row}>
      <span className={css.outcome}>
        <OutcomeBadge outcome={outcome} />
      </span>
      <div className={css.what}>
        <Link to="/o/$org/deliveries/$id" params={{ org, id }} className={css.link ?? ""}>
          {resource}.{action}
        </Link>
        <div className={css.facts}>
          {project ? <span>{project.slug ?? project.id}</span> : null}
          <span>{rule}</span>
        </div>
      </div>
      <span className={css.incident}>
        {incident_number !== null ? (
          <TextLink
            to="/o/$org/incidents/$number"
            params={{ org, number: String(incident_number) }}
            size="sm"
            aria-label={`Incident #${incident_number}`}
          >
            #{incident_number}
          </TextLink>
        ) : null}
      </span>
      <span className={css.when}>
        <Moment at={received_at} />
      </span>
    </li>
  );
}

export function DeliveryListPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useInfiniteQuery(deliveryPages(org, filtersOf(search)));
  const deliveries = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: Search) =>
    void navigate({
      search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as Search,
      replace: true,
    });
  const narrowed = Object.values(search).some(Boolean);
  return (
    <Page
      title="Deliveries"
      aside="What Sentry sent, and what became of it"
      actions={
        <>
          <AsOf at={pages.dataUpdatedAt} failing={pages.isRefetchError} />
          <Button
            variant="default"
            size="xs"
            loading={pages.isRefetching && !pages.isFetchingNextPage}
            onClick={() => void pages.refetch()}
          >
            Read again
          </Button>
        </>
      }
    >
      <Filters
        key={[search.project, search.request_id, search.since, search.until].join(" ")}
        search={search}
        change={change}
      />
      {pages.isPending ? <Waiting rows={8} label="Loading deliveries" /> : null}
      {pages.isError && deliveries.length === 0 ? (
        <Failure error={pages.error} retry={() => void pages.refetch()} />
      ) : null}
      {pages.isSuccess && deliveries.length === 0 ? (
        narrowed ? (
          <Empty title="No delivery fits these filters">
            <Button variant="default" size="xs" mt="xs" onClick={() => change({})}>
              Clear the filters
            </Button>
          </Empty>
        ) : (
          <Empty title="Nothing received yet">
            Every webhook that Sentry sends and signs correctly is listed here, with what it did and why.
          </Empty>
        )
      ) : null}
      {deliveries.length > 0 ? (
        <ol className={css.list} aria-label="Deliveries">
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.id} org={org} delivery={delivery} />
          ))}
        </ol>
      ) : null}
      {pages.isError && deliveries.length > 0 ? <Refusal error={pages.error} /> : null}
      <LoadMore pages={pages} />
    </Page>
  );
}
