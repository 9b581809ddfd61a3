import { Anchor, Button, Code, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { FilterForm, seldom } from "../../ui/filter_form";
import { LoadMore } from "../../ui/load_more";
import { MomentField, momentOf } from "../../ui/moment_field";
import { Page } from "../../ui/page";
import rows from "../../ui/rows.module.css";
import { AsOf, Empty, Failure, Refusal, Waiting } from "../../ui/states";
import { FullMoment } from "../../ui/time";
import css from "./people.module.css";
import { type AuditFilters, auditPages } from "./people_api";
import { PeopleSections } from "./people_sections";

const route = getRouteApi("/o/$org/people/audit");

interface Search {
  actor?: string;
  action?: string;
  subject?: string;
  since?: string;
  until?: string;
}

function filtersOf(search: Search): AuditFilters {
  const since = momentOf(search.since);
  const until = momentOf(search.until);
  return {
    ...(search.actor ? { actor: search.actor } : {}),
    ...(search.action ? { action: search.action } : {}),
    ...(search.subject ? { subject: search.subject } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
  };
}

function Filters({ search, change }: { search: Search; change: (next: Search) => void }) {
  const [fields, setFields] = useState<Required<Search>>({
    actor: search.actor ?? "",
    action: search.action ?? "",
    subject: search.subject ?? "",
    since: momentOf(search.since) ?? "",
    until: momentOf(search.until) ?? "",
  });
  const isSeldomUsed = Boolean(search.subject || fields.since || fields.until);
  const set = (name: keyof Search) => (value: string) => setFields((old) => ({ ...old, [name]: value }));
  const text = (name: "actor" | "action" | "subject", label: string, placeholder: string) => (
    <TextInput
      {...(name === "subject" ? { className: seldom } : {})}
      label={label}
      placeholder={placeholder}
      maxLength={300}
      value={fields[name]}
      onChange={(event) => set(name)(event.currentTarget.value)}
    />
  );
  return (
    <FilterForm label="Filter the audit log" isSeldomUsed={isSeldomUsed} submit={() => change(fields)}>
      {text("actor", "Who", "a name")}
      {text("action", "Did", "member")}
      {text("subject", "To what", "a name or a kind")}
      <MomentField className={seldom} label="Since" value={fields.since} onChange={set("since")} />
      <MomentField className={seldom} label="Until" value={fields.until} onChange={set("until")} />
    </FilterForm>
  );
}

const shown = (value: unknown) =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** Field by field, as it was and as it is, and where it came from. */
function Details({ entry: { before, after, address, request_id } }: { entry: Schemas["AuditEntry"] }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  if (names.length === 0 && address === "" && request_id === "") return null;
  const was = new Map(Object.entries(before ?? {}));
  const is = new Map(Object.entries(after ?? {}));
  return (
    <details>
      <summary>Details</summary>
      {names.length > 0 ? (
        <table className={css.change}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name.replaceAll("_", " ")}</th>
                <td>{shown(was.get(name))}</td>
                <td>{shown(is.get(name))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <p className={rows.facts}>
        {address ? <span>from {address}</span> : null}
        {request_id ? <span>request {request_id}</span> : null}
      </p>
    </details>
  );
}

const actors: Record<Schemas["AuditEntry"]["actor"]["kind"], string> = {
  user: "",
  token: "token ",
  operator: "the command line",
  sentry: "Sentry",
  system: "Tocsin",
};

function AuditRow({ entry }: { entry: Schemas["AuditEntry"] }) {
  const { actor, action, subject } = entry;
  return (
    <li className={css.entry}>
      <span>
        <strong>
          {actors[actor.kind] ?? ""}
          {actor.kind === "user" || actor.kind === "token" ? actor.name : ""}
        </strong>{" "}
        <Code>{action}</Code> {subject.name || subject.kind}
      </span>
      <span className={css.when}>
        <FullMoment at={entry.at} />
      </span>
      <Details entry={entry} />
    </li>
  );
}

export function AuditPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters = filtersOf(search);
  const pages = useInfiniteQuery(auditPages(org, filters));
  const entries = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: Search) =>
    void navigate({
      search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as Search,
      replace: true,
    });
  const exported = (format: string) =>
    `/api/v1/orgs/${encodeURIComponent(org)}/audit/export?${new URLSearchParams({ ...filters, format })}`;
  return (
    <Page
      title="Audit log"
      aside={<AsOf at={pages.dataUpdatedAt} failing={pages.isRefetchError} />}
      actions={
        entries.length > 0 ? (
          <>
            <Anchor size="sm" href={exported("csv")} download>
              Export as CSV
            </Anchor>
            <Anchor size="sm" href={exported("ndjson")} download>
              as JSON lines
            </Anchor>
          </>
        ) : undefined
      }
    >
      <PeopleSections />
      <Filters key={JSON.stringify(search)} search={search} change={change} />
      {pages.isPending ? <Waiting rows={8} label="Loading the audit log" /> : null}
      {pages.isError && entries.length === 0 ? (
        <Failure error={pages.error} retry={() => void pages.refetch()} />
      ) : null}
      {pages.isSuccess && entries.length === 0 ? (
        <Empty title="No entry fits these filters">
          <Button variant="default" size="xs" mt="xs" onClick={() => change({})}>
            Clear the filters
          </Button>
        </Empty>
      ) : null}
      {entries.length > 0 ? (
        <ol className={css.entries} aria-label="Audit log">
          {entries.map((entry) => (
            <AuditRow key={entry.id} entry={entry} />
          ))}
        </ol>
      ) : null}
      {pages.isError && entries.length > 0 ? <Refusal error={pages.error} /> : null}
      <LoadMore pages={pages} />
    </Page>
  );
}
