import { Button, Chip, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useOrg } from "../../api/org";
import { incidentPages, incidentPoll, keys, servicesQuery } from "../../api/queries";
import { SearchIcon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { AsOf, Empty, Failure, Refusal, Waiting } from "../../ui/states";
import { useDebounced } from "../../ui/use_debounced";
import { filtersOf, isNarrowed, type Search, severities, severitiesOf, viewOf, views } from "./filters";
import { IncidentRow } from "./incident_row";
import css from "./list_page.module.css";
import { merge } from "./merge";

const route = getRouteApi("/o/$org/incidents");
const typing_pause = 300;

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [settled, setSettled] = useState(value);
  if (settled !== value) {
    // The address changed by itself: a link, or the back button.
    setSettled(value);
    setTyped(value);
  }
  const announce = useDebounced((next: string) => {
    setSettled(next.trim());
    onChange(next.trim());
  }, typing_pause);
  return (
    <TextInput
      className={css.search ?? ""}
      aria-label="Search incidents"
      placeholder="Title, #number or Sentry's short id"
      type="search"
      leftSection={<SearchIcon size={16} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        announce(event.currentTarget.value);
      }}
    />
  );
}

function Filters({ search, change }: { search: Search; change: (next: Search) => void }) {
  const org = useOrg();
  const { data: services } = useQuery(servicesQuery(org.slug));
  return (
    <search className={css.filters} aria-label="Filter incidents">
      <SegmentedControl
        className={css.views ?? ""}
        size="xs"
        aria-label="Status"
        data={views.map(({ value, label }) => ({ value, label }))}
        value={viewOf(search)}
        onChange={(status) => change({ ...search, status: status === "active" ? "" : status })}
      />
      <SearchBox value={search.q ?? ""} onChange={(q) => change({ ...search, q })} />
      <NativeSelect
        aria-label="Service"
        value={search.service ?? ""}
        onChange={(event) => change({ ...search, service: event.currentTarget.value })}
        data={[
          { value: "", label: "Every service" },
          ...(services ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
        ]}
      />
      <fieldset className={css.severities}>
        <legend className={css.hidden}>Severity</legend>
        <Chip.Group
          multiple
          value={severitiesOf(search)}
          onChange={(chosen: string[]) => change({ ...search, severity: chosen.join(",") })}
        >
          {severities.map((severity) => (
            <Chip key={severity} value={severity} size="xs" variant="light">
              {severity}
            </Chip>
          ))}
        </Chip.Group>
      </fieldset>
    </search>
  );
}

export function IncidentListPage() {
  const org = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const filters = filtersOf(search);

  const pages = useInfiniteQuery(incidentPages(org.slug, filters));
  const shown = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const limit = Math.min(200, Math.max(50, shown.length));
  const poll = useQuery({ ...incidentPoll(org.slug, filters, limit), enabled: pages.isSuccess });
  const { rows, fresh } = poll.data
    ? merge(shown, poll.data.items, poll.data.next_cursor === null)
    : { rows: shown.map((incident) => ({ incident, left: false })), fresh: 0 };

  const change = (next: Search) =>
    void navigate({
      search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as Search,
      replace: true,
    });
  const show = () => {
    void queries.resetQueries({ queryKey: keys.incidents(org.slug) });
    window.scrollTo({ top: 0 });
  };

  const announcement = `${fresh} new ${fresh === 1 ? "incident" : "incidents"}`;
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ""}Incidents · Tocsin`;
  }, [fresh]);

  return (
    <Page title="Incidents">
      <Filters search={search} change={change} />
      <div className={css.now} data-news={fresh > 0 || undefined}>
        <AsOf
          at={Math.max(pages.dataUpdatedAt, poll.dataUpdatedAt)}
          failing={poll.isError || poll.failureCount > 0}
          live
        />
        <div aria-live="polite" className={css.news}>
          {fresh > 0 ? (
            <Button variant="filled" size="xs" fullWidth onClick={show}>
              {announcement} — show
            </Button>
          ) : null}
        </div>
      </div>
      {pages.isPending ? <Waiting rows={8} label="Loading incidents" /> : null}
      {pages.isError && shown.length === 0 ? (
        <Failure error={pages.error} retry={() => void pages.refetch()} />
      ) : null}
      {pages.isSuccess && rows.length === 0 ? (
        isNarrowed(search) ? (
          <Empty title="No incident fits these filters">
            <Button variant="default" size="xs" mt="xs" onClick={() => change({})}>
              Clear the filters
            </Button>
          </Empty>
        ) : (
          <Empty title="All quiet">
            Nothing is open. Incidents appear here by themselves as Sentry reports them for the projects that
            are mapped to your services.
          </Empty>
        )
      ) : null}
      {rows.length > 0 ? (
        <ol className={css.list} aria-label="Incidents">
          {rows.map(({ incident, left }) => (
            <IncidentRow key={incident.number} org={org.slug} incident={incident} left={left} />
          ))}
        </ol>
      ) : null}
      {pages.isFetchNextPageError ? <Refusal error={pages.error} /> : null}
      {pages.hasNextPage ? (
        <Button
          variant="default"
          className={css.more ?? ""}
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Load more
        </Button>
      ) : null}
      {poll.isError && shown.length > 0 ? (
        <Notice tone="hint" title="This list is not updating">
          {poll.error.message}
        </Notice>
      ) : null}
    </Page>
  );
}
