import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { incidentPages, incidentPoll } from "../../api/queries";
import { LoadMore } from "../../ui/load_more";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { AsOf, Empty, Failure, Refusal, Waiting } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { BulkBar } from "./bulk_bar";
import { Filters } from "./filter_bar";
import { filtersOf, isNarrowed, type Search } from "./filters";
import { IncidentRow } from "./incident_row";
import css from "./list_page.module.css";
import { merge } from "./merge";
import { useTriage } from "./triage";
import { ViewsMenu } from "./views_menu";

const route = getRouteApi("/o/$org/incidents");

/** "2 new incidents, 1 changed" */
function newsOf(fresh: number, left: number): string {
  const news = fresh > 0 ? [`${fresh} new ${fresh === 1 ? "incident" : "incidents"}`] : [];
  return [...news, ...(left > 0 ? [`${left} changed`] : [])].join(", ");
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
    triage.clear();
    void queries.resetQueries({ queryKey: keys.incidents(org.slug) });
    window.scrollTo({ top: 0 });
  };

  const announcement = newsOf(fresh, rows.filter(({ left }) => left).length);
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ""}Incidents · Tocsin`;
  }, [fresh]);

  const shownIncidents = rows.map(({ incident }) => incident);
  const triage = useTriage(org.slug, shownIncidents, org.can("responder"));

  return (
    <Page
      title="Incidents"
      actions={
        <span className={css.aside}>
          <TextLink to="/o/$org/incidents/summary" params={{ org: org.slug }} size="sm">
            Over time
          </TextLink>
          <ViewsMenu org={org.slug} search={search} change={change} />
        </span>
      }
    >
      <Filters search={search} change={change} />
      <div className={css.now} data-news={announcement !== "" || undefined}>
        <AsOf
          at={Math.max(pages.dataUpdatedAt, poll.dataUpdatedAt)}
          failing={poll.isError || poll.failureCount > 0}
          live
        />
        <div aria-live="polite" className={css.news}>
          {announcement ? (
            <Button variant="filled" size="xs" fullWidth onClick={show}>
              {announcement} — show
            </Button>
          ) : null}
        </div>
      </div>
      {triage.error ? <Refusal error={triage.error} onClose={triage.forget} /> : null}
      {triage.refused.length > 0 ? (
        <Notice tone="bad" title="Not all of them were changed" onClose={triage.forget}>
          <ul className={css.refused}>
            {triage.refused.map(({ number, detail }) => (
              <li key={number}>
                #{number}: {detail ?? "refused"}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
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
            <IncidentRow
              key={incident.number}
              org={org.slug}
              incident={incident}
              left={left}
              {...(triage.select
                ? { selected: triage.isSelected(incident.number), select: triage.select }
                : {})}
            />
          ))}
        </ol>
      ) : null}
      <BulkBar {...triage.bar} />
      {pages.isFetchNextPageError ? <Refusal error={pages.error} /> : null}
      <LoadMore pages={pages} />
      {poll.isError && shown.length > 0 ? (
        <Notice tone="hint" title="This list is not updating">
          {poll.error.message}
        </Notice>
      ) : null}
    </Page>
  );
}
