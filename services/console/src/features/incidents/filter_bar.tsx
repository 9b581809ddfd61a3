import { Button, Chip, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useOrg } from "../../api/org";
import { servicesQuery } from "../../api/queries";
import { severities, severity_labels } from "../../api/vocabulary";
import { SearchIcon } from "../../ui/icons";
import { useDebounced } from "../../ui/use_debounced";
import { type Search, severitiesOf, status_filters, statusFilterOf, statusParameter } from "./filters";
import css from "./list_page.module.css";

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

/** On a phone, these are behind a button. */
function MoreFilters({ search, onChange }: FiltersProps) {
  const org = useOrg();
  const { data: services } = useQuery(servicesQuery(org.slug));
  const { assignee = "" } = search;
  return (
    <>
      <NativeSelect
        aria-label="Service"
        value={search.service ?? ""}
        onChange={(event) => onChange({ ...search, service: event.currentTarget.value })}
        data={[
          { value: "", label: "All services" },
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
              {severity_labels[severity]}
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
  return (
    <search className={css.filters} aria-label="Filter incidents">
      <SegmentedControl
        className={css.statuses ?? ""}
        size="xs"
        aria-label="Status"
        data={status_filters.map(({ value, label }) => ({ value, label }))}
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
