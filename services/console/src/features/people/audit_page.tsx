import { Anchor, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { DateTimeField, parseTime } from "../../ui/date_time_field";
import { advanced, FilterForm, withoutEmpty } from "../../ui/filter_form";
import { Page } from "../../ui/page";
import { PagedList } from "../../ui/paged_list";
import rows from "../../ui/rows.module.css";
import { Freshness, NoMatches } from "../../ui/states";
import { filtersOf, type Search } from "./audit_filters";
import { AuditRow } from "./audit_row";
import { type AuditFilters, auditPages } from "./people_api";
import { PeopleTabs } from "./people_tabs";

const route = getRouteApi("/o/$org/people/audit");

function Filters({ search, onChange }: { search: Search; onChange: (search: Search) => void }) {
  const [fields, setFields] = useState<Required<Search>>({
    actor: search.actor ?? "",
    action: search.action ?? "",
    subject: search.subject ?? "",
    since: parseTime(search.since) ?? "",
    until: parseTime(search.until) ?? "",
  });
  const set = (name: keyof Search) => (value: string) => setFields((old) => ({ ...old, [name]: value }));
  const textField = (name: "actor" | "action" | "subject", label: string, placeholder: string) => (
    <TextInput
      {...(name === "subject" ? { className: advanced } : {})}
      label={label}
      placeholder={placeholder}
      maxLength={300}
      value={fields[name]}
      onChange={(event) => set(name)(event.currentTarget.value)}
    />
  );
  return (
    <FilterForm
      label="Filter the audit log"
      hasAdvanced={Boolean(search.subject || fields.since || fields.until)}
      onSubmit={() => onChange(fields)}
    >
      {textField("actor", "Actor", "Name or email")}
      {textField("action", "Action", "member.changed")}
      {textField("subject", "Target", "Name or kind")}
      <DateTimeField className={advanced} label="Since" value={fields.since} onChange={set("since")} />
      <DateTimeField className={advanced} label="Until" value={fields.until} onChange={set("until")} />
    </FilterForm>
  );
}

/** Downloads of all entries that match the filters. */
function ExportLinks({ org, filters }: { org: string; filters: AuditFilters }) {
  const exportUrl = (format: string) =>
    `/api/v1/orgs/${encodeURIComponent(org)}/audit/export?${new URLSearchParams({ ...filters, format })}`;
  return (
    <>
      <Anchor size="sm" href={exportUrl("csv")} download>
        Export as CSV
      </Anchor>
      <Anchor size="sm" href={exportUrl("ndjson")} download>
        Export as JSON lines
      </Anchor>
    </>
  );
}

export function AuditPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters = filtersOf(search);
  const pages = useInfiniteQuery(auditPages(org, filters));
  const entries = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const setSearch = (next: Search) => void navigate({ search: withoutEmpty(next), replace: true });
  return (
    <Page
      title="Audit log"
      aside={<Freshness at={pages.dataUpdatedAt} failing={pages.isRefetchError} />}
      actions={entries.length > 0 ? <ExportLinks org={org} filters={filters} /> : undefined}
    >
      <PeopleTabs />
      <Filters key={JSON.stringify(search)} search={search} onChange={setSearch} />
      <PagedList
        pages={pages}
        items={entries}
        loadingLabel="Loading the audit log"
        empty={<NoMatches title="No entries match these filters" onClear={() => setSearch({})} />}
      >
        {(items) => (
          <ol className={rows.card} aria-label="Audit log">
            {items.map((entry) => (
              <AuditRow key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </PagedList>
    </Page>
  );
}
