import { Chip, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useOrg } from "../../api/org";
import { servicesQuery } from "../../api/queries";
import { SearchIcon } from "../../ui/icons";
import { useDebounced } from "../../ui/use_debounced";
import { type Search, severities, severitiesOf, viewOf, views } from "./filters";
import css from "./list_page.module.css";

const typing_pause = 300;

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const hash = useLocation({ select: ({ hash }) => hash });
  useEffect(() => {
    if (hash === "search") field.current?.focus();
  }, [hash]);
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
      ref={field}
      id="search"
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

export function Filters({ search, change }: { search: Search; change: (next: Search) => void }) {
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
      <NativeSelect
        aria-label="Assignee"
        value={search.assignee ?? ""}
        onChange={(event) => change({ ...search, assignee: event.currentTarget.value })}
        data={[
          { value: "", label: "Anybody's" },
          { value: "me", label: "Mine" },
          { value: "none", label: "Nobody's" },
          ...(search.assignee && !["me", "none"].includes(search.assignee) ? [search.assignee] : []),
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
