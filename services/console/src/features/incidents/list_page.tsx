import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { type IncidentFilters, incidentPages, incidentPoll } from "../../api/queries";
import { withoutEmpty } from "../../ui/filter_form";
import { formatCount } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { PagedList } from "../../ui/paged_list";
import rows_css from "../../ui/rows.module.css";
import { EmptyState, ErrorNotice, Freshness, NoMatches } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { BulkBar } from "./bulk_bar";
import { ResolveDialog } from "./change_dialogs";
import { Filters } from "./filter_bar";
import { filtersOf, isFiltered, type Search } from "./filters";
import { IncidentRow } from "./incident_row";
import css from "./list_page.module.css";
import { merge, type Row } from "./merge";
import { useTriage } from "./triage";
import { ViewsMenu } from "./views_menu";

const route = getRouteApi("/o/$org/incidents");

/** The rows on the screen, brought up to date by polling the start of the list. */
function useIncidentList(org: string, filters: IncidentFilters) {
  const pages = useInfiniteQuery(incidentPages(org, filters));
  const shown = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const limit = Math.min(200, Math.max(50, shown.length));
  const poll = useQuery({ ...incidentPoll(org, filters, limit), enabled: pages.isSuccess });
  const merged = poll.data
    ? merge(shown, poll.data.items, poll.data.next_cursor === null)
    : { rows: shown.map((incident): Row => ({ incident, left: false })), fresh: 0 };
  return { pages, poll, ...merged };
}

/** "Show 2 new incidents, 1 changed"; empty if nothing is new. */
function updateLabel(fresh: number, left: number): string {
  const parts = [
    fresh > 0 ? formatCount(fresh, "new incident") : "",
    left > 0 ? `${left} changed` : "",
  ].filter(Boolean);
  return parts.length > 0 ? `Show ${parts.join(", ")}` : "";
}

interface UpdateBarProps {
  list: ReturnType<typeof useIncidentList>;
  onShow: () => void;
}

/** Whether the list updates, and the button that shows what is new. */
function UpdateBar({ list: { pages, poll, rows: listed, fresh }, onShow }: UpdateBarProps) {
  const label = updateLabel(fresh, listed.filter(({ left }) => left).length);
  return (
    <div className={css.updateBar} data-updates={label !== "" || undefined}>
      <Freshness
        at={Math.max(pages.dataUpdatedAt, poll.dataUpdatedAt)}
        failing={poll.isError || poll.failureCount > 0}
        live
      />
      <div aria-live="polite" className={css.updates}>
        {label ? (
          <Button variant="filled" size="xs" fullWidth onClick={onShow}>
            {label}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** The errors of the last action. */
function ActionErrors({ triage }: { triage: ReturnType<typeof useTriage> }) {
  return (
    <>
      {triage.error ? <ErrorNotice error={triage.error} onClose={triage.clearErrors} /> : null}
      {triage.refused.length > 0 ? (
        <Notice tone="bad" title="Some incidents were not changed" onClose={triage.clearErrors}>
          <ul className={css.refused}>
            {triage.refused.map(({ number, detail }) => (
              <li key={number}>
                #{number}: {detail ?? "refused"}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </>
  );
}

const NoIncidents = () => (
  <EmptyState title="No active incidents">
    When Sentry reports problems in projects that are mapped to your services, incidents appear here.
  </EmptyState>
);

interface IncidentRowsProps {
  org: string;
  rows: readonly Row[];
  triage: ReturnType<typeof useTriage>;
}

function IncidentRows({ org, rows, triage }: IncidentRowsProps) {
  return (
    <>
      <ol className={rows_css.card} aria-label="Incidents">
        {rows.map(({ incident, left }) => (
          <IncidentRow
            key={incident.number}
            org={org}
            incident={incident}
            left={left}
            isSelected={triage.isSelected(incident.number)}
            {...(triage.toggle ? { onToggle: triage.toggle } : {})}
          />
        ))}
      </ol>
      <BulkBar {...triage.bar} />
      {triage.resolution.incident ? (
        <ResolveDialog
          number={triage.resolution.incident.number}
          onResolve={triage.resolution.finish}
          onClose={triage.resolution.cancel}
        />
      ) : null}
    </>
  );
}

export function IncidentListPage() {
  const org = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const list = useIncidentList(org.slug, filtersOf(search));
  const { rows, poll, fresh } = list;
  const incidents = rows.map(({ incident }) => incident);
  const triage = useTriage(org.slug, incidents, org.can("responder"));
  const setSearch = (next: Search) => void navigate({ search: withoutEmpty(next), replace: true });
  const showUpdates = () => {
    triage.clearSelection();
    void queries.resetQueries({ queryKey: keys.incidents(org.slug) });
    window.scrollTo({ top: 0 });
  };
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ""}Incidents · Tocsin`;
  }, [fresh]);
  const actions = (
    <span className={css.actions}>
      <TextLink to="/o/$org/incidents/summary" params={{ org: org.slug }} size="sm">
        Trends
      </TextLink>
      <ViewsMenu org={org.slug} search={search} onChange={setSearch} />
    </span>
  );
  const empty = isFiltered(search) ? (
    <NoMatches title="No incidents match these filters" onClear={() => setSearch({})} />
  ) : (
    <NoIncidents />
  );
  return (
    <Page title="Incidents" actions={actions}>
      <Filters search={search} onChange={setSearch} />
      <UpdateBar list={list} onShow={showUpdates} />
      <ActionErrors triage={triage} />
      <PagedList pages={list.pages} items={rows} loadingLabel="Loading incidents" empty={empty}>
        {(items) => <IncidentRows org={org.slug} rows={items} triage={triage} />}
      </PagedList>
      {poll.isError && incidents.length > 0 ? (
        <Notice tone="hint" title="This list is not updating">
          {poll.error.message}
        </Notice>
      ) : null}
    </Page>
  );
}
