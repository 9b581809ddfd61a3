import { type KeyboardEvent, useId, useState } from "react";
import { availableCommands, type Command } from "../ui/commands";
import { Dialog } from "../ui/dialog";
import css from "./keyboard.module.css";

interface PaletteProps {
  openIncident: (number: number) => void;
  onClose: () => void;
}

interface Entry extends Command {
  group: string;
}

const matches = ({ label, group }: Entry, words: readonly string[]) => {
  const text = `${group} ${label}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** The entries that match what was typed: an incident by its number, commands by their names. */
function useEntries(typed: string, openIncident: (number: number) => void): readonly Entry[] {
  // The commands at the time of opening: the page behind the dialog does not change.
  const [commands] = useState(() =>
    availableCommands().flatMap(({ name, commands }) =>
      commands.map((command): Entry => ({ ...command, group: name })),
    ),
  );
  const number = /^#?(\d{1,9})$/.exec(typed.trim())?.[1];
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return [
    ...(number
      ? [{ group: "Incidents", label: `Open #${number}`, run: () => openIncident(Number(number)) }]
      : []),
    ...commands.filter((entry) => matches(entry, words)),
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
export default function Palette({ openIncident, onClose }: PaletteProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const entries = useEntries(typed, openIncident);
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
        placeholder="Search commands, or enter an incident number"
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
