import { Button, Chip, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { servicesQuery } from "../../api/queries";
import { severities, severity_labels } from "../../api/vocabulary";
import { formatCompact } from "../../ui/format";
import { SearchIcon } from "../../ui/icons";
import { useDebounced } from "../../ui/use_debounced";
import { type Search, severitiesOf, status_filters, statusFilterOf, statusParameter } from "./filters";
import css from "./list_page.module.css";
import { my_services, useMyServices } from "./my_services";

/** How long typing must pause before the search starts, in milliseconds. */
const typing_pause = 300;

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const hash = useLocation({ select: ({ hash }) => hash });
  useEffect(() => {
    if (hash === "search") field.current?.focus();
  }, [hash]);
  const [typed, setTyped] = useState(value);
  const [submitted, setSubmitted] = useState(value);
  if (submitted !== value) {
    // The address was changed by a link or the back button.
    setSubmitted(value);
    setTyped(value);
  }
  const submit = useDebounced((text: string) => {
    setSubmitted(text.trim());
    onChange(text.trim());
  }, typing_pause);
  return (
    <TextInput
      ref={field}
      id="search"
      className={css.search ?? ""}
      aria-label="Search incidents"
      placeholder="Title, #number, or Sentry link"
      type="search"
      leftSection={<SearchIcon size={16} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        submit(event.currentTarget.value);
      }}
    />
  );
}

const assignee_options = [
  { value: "", label: "Anyone" },
  { value: "me", label: "Me" },
  { value: "none", label: "Unassigned" },
];

interface FiltersProps {
  search: Search;
  onChange: (search: Search) => void;
}

type Counts = Schemas["ServiceIncidents"];

const add = (a: Counts, b: Counts): Counts => ({
  open: a.open + b.open,
  acknowledged: a.acknowledged + b.acknowledged,
  critical: a.critical + b.critical,
  error: a.error + b.error,
  warning: a.warning + b.warning,
  info: a.info + b.info,
});
const no_incidents: Counts = { open: 0, acknowledged: 0, critical: 0, error: 0, warning: 0, info: 0 };

/** How many incidents of the chosen services are not resolved; undefined if another filter is set, which they do not count. */
function useCounts({ service, assignee, q }: Search): Counts | undefined {
  const { slug: org } = useOrg();
  const { data: services } = useQuery(servicesQuery(org));
  const mine = useMyServices(org);
  if (services === undefined || assignee || q) return undefined;
  const isChosen = (slug: string) =>
    !service || (service === my_services ? (mine ?? []).includes(slug) : slug === service);
  return services
    .filter(({ slug }) => isChosen(slug))
    .map(({ incidents }) => incidents)
    .reduce(add, no_incidents);
}

/** A word with its number, if that is known. */
const Counted = ({ label, count }: { label: string; count: number | undefined }) => (
  <>
    {label}
    {count === undefined ? null : " "}
    {count === undefined ? null : <span className={css.count}>{formatCompact(count)}</span>}
  </>
);

const statusCount = (status: string, counts: Counts | undefined) =>
  counts &&
  { active: counts.open + counts.acknowledged, open: counts.open, acknowledged: counts.acknowledged }[status];

/** On a phone, these are behind a button. */
function MoreFilters({ search, onChange }: FiltersProps) {
  const org = useOrg();
  const { data: services } = useQuery(servicesQuery(org.slug));
  const { assignee = "" } = search;
  const counts = useCounts(search);
  const mine = useMyServices(org.slug) ?? [];
  const offersMine = mine.length > 0 || search.service === my_services;
  const isActive = statusFilterOf(search).value === "active";
  return (
    <>
      <NativeSelect
        aria-label="Service"
        value={search.service ?? ""}
        onChange={(event) => onChange({ ...search, service: event.currentTarget.value })}
        data={[
          { value: "", label: "All services" },
          ...(offersMine ? [{ value: my_services, label: "My services" }] : []),
          ...(services ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
        ]}
      />
      <NativeSelect
        aria-label="Assignee"
        value={assignee}
        onChange={(event) => onChange({ ...search, assignee: event.currentTarget.value })}
        data={[
          ...assignee_options,
          ...(assignee_options.some(({ value }) => value === assignee) ? [] : [assignee]),
        ]}
      />
      <fieldset className={css.severities}>
        <legend className={css.visuallyHidden}>Severity</legend>
        <Chip.Group
          multiple
          value={severitiesOf(search)}
          onChange={(chosen: string[]) => onChange({ ...search, severity: chosen.join(",") })}
        >
          {severities.map((severity) => (
            <Chip key={severity} value={severity} size="xs" variant="light">
              <Counted label={severity_labels[severity]} count={isActive ? counts?.[severity] : undefined} />
            </Chip>
          ))}
        </Chip.Group>
      </fieldset>
    </>
  );
}

export function Filters({ search, onChange }: FiltersProps) {
  const [isOpen, setOpen] = useState(false);
  const count = [search.service, search.assignee, search.severity].filter(Boolean).length;
  const counts = useCounts(search);
  return (
    <search className={css.filters} aria-label="Filter incidents">
      <SegmentedControl
        className={css.statuses ?? ""}
        size="xs"
        aria-label="Status"
        data={status_filters.map(({ value, label }) => ({
          value,
          label: <Counted label={label} count={search.severity ? undefined : statusCount(value, counts)} />,
        }))}
        value={statusFilterOf(search).value}
        onChange={(value) => onChange({ ...search, status: statusParameter(value) })}
      />
      <SearchBox value={search.q ?? ""} onChange={(q) => onChange({ ...search, q })} />
      <Button
        className={css.moreButton ?? ""}
        variant="default"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        Filters{count > 0 ? ` (${count})` : ""}
      </Button>
      <div className={css.more} data-open={isOpen || undefined}>
        <MoreFilters search={search} onChange={onChange} />
      </div>
    </search>
  );
}
