import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useState } from "react";
import { useOrg } from "../api/org";
import { incidentSearchQuery, servicesQuery } from "../api/queries";
import { availableCommands, type Command } from "../ui/commands";
import { Dialog } from "../ui/dialog";
import css from "./keyboard.module.css";
import { ranked } from "./palette_ranking";

interface PaletteProps {
  openIncident: (number: number) => void;
  openService: (slug: string) => void;
  onClose: () => void;
}

interface Entry extends Command {
  group: string;
}

// How many incidents are found by their words, and how long typing must pause before they are searched, in milliseconds.
const found_incidents = 5;
const typing_pause = 200;

/** Incidents whose text contains what was typed. */
function useFoundIncidents(typed: string, openIncident: (number: number) => void): readonly Entry[] {
  const { slug: org } = useOrg();
  const [text] = useDebouncedValue(typed.trim(), typing_pause);
  const { data } = useQuery({
    ...incidentSearchQuery(org, text, found_incidents),
    enabled: text.length > 1 && text === typed.trim(),
  });
  if (text !== typed.trim()) return [];
  return (data?.items ?? []).map(({ number, title }) => ({
    group: "Incidents",
    label: `#${number} ${title}`,
    run: () => openIncident(number),
  }));
}

/** The entries that match what was typed: an incident by its number, commands and services by their names, incidents by their words. */
function useEntries(typed: string, { openIncident, openService }: PaletteProps): readonly Entry[] {
  const { slug: org } = useOrg();
  // The commands at the time of opening: the page behind the dialog does not change.
  const [commands] = useState(() =>
    availableCommands().flatMap(({ name, commands }) =>
      commands.map((command): Entry => ({ ...command, group: name })),
    ),
  );
  const { data: services = [] } = useQuery(servicesQuery(org));
  const found = useFoundIncidents(typed, openIncident);
  const number = /^#?(\d{1,9})$/.exec(typed.trim())?.[1];
  const service_entries = services
    .filter(({ archived_at }) => archived_at === null)
    .map(({ slug, name }): Entry => ({ group: "Services", label: name, run: () => openService(slug) }));
  const named = ranked([...commands, ...(typed.trim() === "" ? [] : service_entries)], typed);
  // What is found later is added at the end, so that Enter runs what was shown.
  return [
    ...(number
      ? [{ group: "Incidents", label: `Open #${number}`, run: () => openIncident(Number(number)) }]
      : []),
    ...named,
    ...found,
  ];
}

interface EntryListProps {
  id: string;
  entries: readonly Entry[];
  selected: number;
  onRun: (entry: Entry) => void;
}

function EntryList({ id, entries, selected, onRun }: EntryListProps) {
  return (
    <div id={`${id}-list`} role="listbox" aria-label="Commands" className={css.entries}>
      {entries.map((entry, n) => (
        // The focused field handles the keys.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <div
          key={`${entry.group} ${entry.label}`}
          id={`${id}-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === selected}
          className={css.entry}
          onClick={() => onRun(entry)}
        >
          <span className={css.entryGroup}>{entry.group}</span> {entry.label}
          {entry.key ? <kbd className={css.kbd}>{entry.key}</kbd> : null}
        </div>
      ))}
    </div>
  );
}

/** The command palette. */
export default function Palette(props: PaletteProps) {
  const { onClose } = props;
  const id = useId();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const entries = useEntries(typed, props);
  const selected = Math.min(index, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      const next = (selected + step + entries.length) % entries.length;
      setIndex(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(entries[selected]);
    }
  };
  return (
    <Dialog title="Commands" onClose={onClose}>
      <input
        className={css.input}
        role="combobox"
        aria-label="Search incidents and commands"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={entries.length > 0 ? `${id}-${selected}` : undefined}
        placeholder="Search incidents, services, and commands"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <EntryList id={id} entries={entries} selected={selected} onRun={run} />
      <p role="status" className={css.noResults}>
        {entries.length === 0 ? "No results" : ""}
      </p>
    </Dialog>
  );
}
