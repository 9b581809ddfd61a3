import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { deliveryPages, integrationsQuery } from "../../api/queries";
import { optionsOf, outcome_labels } from "../../api/vocabulary";
import { OutcomeBadge } from "../../ui/badges";
import { DateTimeField, parseTime } from "../../ui/date_time_field";
import { advanced, FilterForm, withoutEmpty } from "../../ui/filter_form";
import { Page } from "../../ui/page";
import { PagedList } from "../../ui/paged_list";
import rows from "../../ui/rows.module.css";
import { EmptyState, Freshness, NoMatches } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { RelativeTime } from "../../ui/time";
import css from "./deliveries.module.css";
import { filtersOf, type Search } from "./filters";
import { resources } from "./labels";

const route = getRouteApi("/o/$org/deliveries");

const any = { value: "", label: "Any" };

function Filters({ search, onChange }: { search: Search; onChange: (search: Search) => void }) {
  const { slug: org } = useOrg();
  const { data: integrations } = useQuery(integrationsQuery(org));
  const [project, setProject] = useState(search.project ?? "");
  const [request, setRequest] = useState(search.request_id ?? "");
  const [since, setSince] = useState(parseTime(search.since) ?? "");
  const [until, setUntil] = useState(parseTime(search.until) ?? "");
  const integrationOptions = (integrations ?? []).map(({ id, sentry_org }) => ({
    value: id,
    label: sentry_org?.slug ?? id,
  }));
  const select = (name: "outcome" | "resource" | "integration") => ({
    value: search[name] ?? "",
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...search, [name]: event.currentTarget.value }),
  });
  return (
    <FilterForm
      label="Filter deliveries"
      hasAdvanced={Boolean(search.integration || search.request_id || since || until)}
      onSubmit={() =>
        onChange({ ...search, project: project.trim(), request_id: request.trim(), since, until })
      }
    >
      <NativeSelect label="Outcome" {...select("outcome")} data={[any, ...optionsOf(outcome_labels)]} />
      <NativeSelect label="Resource" {...select("resource")} data={[any, ...resources]} />
      <NativeSelect
        className={advanced}
        label="Integration"
        {...select("integration")}
        data={[any, ...integrationOptions]}
      />
      <TextInput
        label="Project"
        placeholder="Slug or ID"
        value={project}
        onChange={(event) => setProject(event.currentTarget.value)}
      />
      <TextInput
        className={advanced}
        label="Request ID"
        placeholder="From Sentry's log"
        value={request}
        onChange={(event) => setRequest(event.currentTarget.value)}
      />
      <DateTimeField className={advanced} label="Since" value={since} onChange={setSince} />
      <DateTimeField className={advanced} label="Until" value={until} onChange={setUntil} />
    </FilterForm>
  );
}

function DeliveryRow({ org, delivery }: { org: string; delivery: Schemas["Delivery"] }) {
  const { id, resource, action, outcome, rule, project, incident_number, received_at } = delivery;
  return (
    <li className={`${rows.linkedRow} ${css.row}`}>
      <span>
        <OutcomeBadge outcome={outcome} />
      </span>
      <div className={css.main}>
        <Link to="/o/$org/deliveries/$id" params={{ org, id }} className={rows.link ?? ""}>
          {resource}.{action}
        </Link>
        <div className={rows.details}>
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
      <span className={css.time}>
        <RelativeTime at={received_at} />
      </span>
    </li>
  );
}

const NoDeliveries = () => (
  <EmptyState title="No deliveries yet">
    Every webhook from Sentry with a valid signature is listed here, with its outcome and the reason.
  </EmptyState>
);

export function DeliveryListPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useInfiniteQuery(deliveryPages(org, filtersOf(search)));
  const deliveries = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const setSearch = (next: Search) => void navigate({ search: withoutEmpty(next), replace: true });
  const isFiltered = Object.values(search).some(Boolean);
  return (
    <Page
      title="Deliveries"
      aside="Webhooks from Sentry and their outcomes"
      actions={
        <>
          <Freshness at={pages.dataUpdatedAt} failing={pages.isRefetchError} />
          <Button
            variant="default"
            size="xs"
            loading={pages.isRefetching && !pages.isFetchingNextPage}
            onClick={() => void pages.refetch()}
          >
            Refresh
          </Button>
        </>
      }
    >
      <Filters
        key={[search.project, search.request_id, search.since, search.until].join(" ")}
        search={search}
        onChange={setSearch}
      />
      <PagedList
        pages={pages}
        items={deliveries}
        loadingLabel="Loading deliveries"
        empty={
          isFiltered ? (
            <NoMatches title="No deliveries match these filters" onClear={() => setSearch({})} />
          ) : (
            <NoDeliveries />
          )
        }
      >
        {(items) => (
          <ol className={rows.card} aria-label="Deliveries">
            {items.map((delivery) => (
              <DeliveryRow key={delivery.id} org={org} delivery={delivery} />
            ))}
          </ol>
        )}
      </PagedList>
    </Page>
  );
}
