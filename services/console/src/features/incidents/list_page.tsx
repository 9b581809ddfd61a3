import { Button, NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { optionsOf } from "../../api/vocabulary";
import { useCommands } from "../../ui/commands";
import { withoutEmpty } from "../../ui/filter_form";
import { formatCount, formatNumber } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { PagedList } from "../../ui/paged_list";
import rows_css from "../../ui/rows.module.css";
import { Freshness, NoMatches } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { BulkBar } from "./bulk_bar";
import { ResolveDialog } from "./change_dialogs";
import { Filters } from "./filter_bar";
import { filtersOf, isFiltered, type Search, type Sort, sort_labels, sortOf, sortParameter } from "./filters";
import { IncidentRow } from "./incident_row";
import css from "./list_page.module.css";
import { useInsertion, useLiveList } from "./live_list";
import type { Row } from "./merge";
import { useMyServices } from "./my_services";
import { NewIncidentDialog } from "./new_incident_dialog";
import { NoIncidents } from "./no_incidents";
import { useTriage } from "./triage";
import { ViewsMenu } from "./views_menu";

const route = getRouteApi("/o/$org/incidents");

type Incident = Schemas["Incident"];

/** "Show 300 new incidents, 12 critical, 1 changed"; empty if nothing is new. */
function updateLabel(fresh: readonly Incident[], left: number): string {
  const critical = fresh.filter(({ severity }) => severity === "critical").length;
  const parts = [
    fresh.length > 0 ? formatCount(fresh.length, "new incident") : "",
    critical > 0 ? `${formatNumber(critical)} critical` : "",
    left > 0 ? `${formatNumber(left)} changed` : "",
  ].filter(Boolean);
  return parts.length > 0 ? `Show ${parts.join(", ")}` : "";
}

interface UpdateBarProps {
  list: ReturnType<typeof useLiveList>;
  onShow: () => void;
}

/** Whether the list updates, and the button that shows what is new. */
function UpdateBar({ list: { pages, poll, rows: listed, fresh, isComplete }, onShow }: UpdateBarProps) {
  const label = updateLabel(fresh, listed.filter(({ left }) => left).length);
  return (
    <div className={css.updateBar} data-updates={label !== "" || undefined}>
      <Freshness
        at={poll.dataUpdatedAt || pages.dataUpdatedAt}
        failing={poll.isError || poll.failureCount > 0}
        isPartial={!isComplete}
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

interface IncidentRowsProps {
  org: string;
  rows: readonly Row[];
  triage: ReturnType<typeof useTriage>;
  sorting: ReactNode;
}

interface SortSelectProps {
  sort: Sort;
  isSortable: boolean;
  onChange: (sort: Sort) => void;
}

/** The order of the rows. A list that is not loaded completely shows the newest first. */
const SortSelect = ({ sort, isSortable, onChange }: SortSelectProps) => (
  <NativeSelect
    size="xs"
    aria-label="Sort by"
    title={isSortable ? "Sort by" : "Load all incidents to sort them."}
    disabled={!isSortable}
    data={optionsOf(sort_labels)}
    value={isSortable ? sort : "newest"}
    onChange={(event) => onChange(event.currentTarget.value as Sort)}
  />
);

/** Selects all rows or none. */
function SelectAll({ rows, triage: { selection } }: Pick<IncidentRowsProps, "rows" | "triage">) {
  const count = rows.filter(({ incident }) => selection.has(incident.number)).length;
  return (
    <label className={css.selectAll}>
      <input
        type="checkbox"
        checked={count === rows.length}
        ref={(input) => {
          if (input) input.indeterminate = count > 0 && count < rows.length;
        }}
        onChange={() =>
          count === rows.length ? selection.clear() : selection.set(rows.map(({ incident }) => incident))
        }
      />
      Select all shown
    </label>
  );
}

function IncidentRows({ org, rows, triage, sorting }: IncidentRowsProps) {
  const { selection, canEdit, resolution } = triage;
  return (
    <>
      <div className={css.listHead} data-selectable={canEdit || undefined}>
        {canEdit ? <SelectAll rows={rows} triage={triage} /> : null}
        <span className={css.sort}>{sorting}</span>
        <span className={css.columnNames} aria-hidden="true">
          <span>Status</span>
          <span>Events</span>
          <span>Last seen</span>
          <span>Opened</span>
        </span>
      </div>
      <ol className={rows_css.card} aria-label="Incidents">
        {rows.map(({ incident, left }) => (
          <IncidentRow
            key={incident.number}
            org={org}
            incident={incident}
            left={left}
            isSelected={selection.has(incident.number)}
            {...(canEdit ? { onToggle: selection.toggle } : {})}
          />
        ))}
      </ol>
      {resolution.incident ? (
        <ResolveDialog
          number={resolution.incident.number}
          onResolve={resolution.finish}
          onClose={resolution.cancel}
        />
      ) : null}
    </>
  );
}

interface ListActionsProps {
  org: string;
  search: Search;
  onChange: (search: Search) => void;
}

function ListActions({ org, search, onChange }: ListActionsProps) {
  const canEdit = useOrg().can("responder");
  const [isOpening, setOpening] = useState(false);
  useCommands(
    "New incident",
    canEdit ? [{ key: "c", label: "Open an incident", run: () => setOpening(true) }] : [],
  );
  return (
    <span className={css.actions}>
      <TextLink to="/o/$org/incidents/summary" params={{ org }} size="sm">
        Trends
      </TextLink>
      <ViewsMenu org={org} search={search} onChange={onChange} />
      {canEdit ? (
        <Button variant="default" aria-keyshortcuts="c" onClick={() => setOpening(true)}>
          New incident
        </Button>
      ) : null}
      {isOpening ? <NewIncidentDialog org={org} onClose={() => setOpening(false)} /> : null}
    </span>
  );
}

export function IncidentListPage() {
  const org = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters = filtersOf(search, useMyServices(org.slug));
  const sort = sortOf(search);
  const list = useLiveList(org.slug, filters, sort);
  const { rows, poll, fresh, pages } = list;
  const incidents = rows.map(({ incident }) => incident);
  const triage = useTriage(org.slug, incidents, org.can("responder"));
  const { selection } = triage;
  useInsertion(list, selection.incidents.length > 0);
  const setSearch = (next: Search) => void navigate({ search: withoutEmpty(next), replace: true });
  const showUpdates = () => {
    list.showAll();
    window.scrollTo({ top: 0 });
  };
  useEffect(() => {
    document.title = `${fresh.length > 0 ? `(${fresh.length}) ` : ""}Incidents · Tocsin`;
  }, [fresh.length]);
  const empty = isFiltered(search) ? (
    <NoMatches title="No incidents match these filters" onClear={() => setSearch({})} />
  ) : (
    <NoIncidents />
  );
  const offersMatching = pages.hasNextPage && incidents.every(({ number }) => selection.has(number));
  return (
    <Page title="Incidents" actions={<ListActions org={org.slug} search={search} onChange={setSearch} />}>
      <Filters search={search} onChange={setSearch} />
      <UpdateBar list={list} onShow={showUpdates} />
      <PagedList pages={pages} items={rows} loadingLabel="Loading incidents" empty={empty}>
        {(items) => (
          <IncidentRows
            org={org.slug}
            rows={items}
            triage={triage}
            sorting={
              <SortSelect
                sort={sort}
                isSortable={list.isSortable}
                onChange={(chosen) => setSearch({ ...search, sort: sortParameter(search, chosen) })}
              />
            }
          />
        )}
      </PagedList>
      <BulkBar org={org.slug} triage={triage} filters={filters} offersMatching={offersMatching} />
      {poll.isError && incidents.length > 0 ? (
        <Notice tone="hint" title="This list is not updating">
          {poll.error.message}
        </Notice>
      ) : null}
    </Page>
  );
}
