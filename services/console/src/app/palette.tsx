import { type KeyboardEvent, useId, useState } from "react";
import { type Command, offeredCommands } from "../ui/commands";
import { Dialog } from "../ui/dialog";
import css from "./keyboard.module.css";

interface PaletteProps {
  openIncident: (number: number) => void;
  onClose: () => void;
}

interface Entry extends Command {
  group: string;
}

const fits = ({ label, group }: Entry, words: readonly string[]) => {
  const text = `${group} ${label}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** Every command by its name, and an incident by its number. */
export default function Palette({ openIncident, onClose }: PaletteProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  // As they were when it opened: the screen behind it does not change meanwhile.
  const [offered] = useState(() =>
    offeredCommands().flatMap(({ name, commands }) =>
      commands.map((command): Entry => ({ ...command, group: name })),
    ),
  );
  const number = /^#?(\d{1,9})$/.exec(typed.trim())?.[1];
  const found: Entry[] = [
    ...(number
      ? [{ group: "Incidents", label: `Open #${number}`, run: () => openIncident(Number(number)) }]
      : []),
    ...offered.filter((entry) => fits(entry, typed.toLowerCase().split(/\s+/).filter(Boolean))),
  ];
  const current = Math.min(chosen, found.length - 1);
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      const next = (current + step + found.length) % found.length;
      setChosen(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(found[current]);
    }
  };
  return (
    <Dialog title="Commands" onClose={onClose}>
      <input
        className={css.input}
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
        placeholder="What to do, or the number of an incident"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={move}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Commands" className={css.found}>
        {found.map((entry, n) => (
          // The keys are handled by the field that has the focus.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={`${entry.group} ${entry.label}`}
            id={`${id}-${n}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === current}
            className={css.entry}
            onClick={() => run(entry)}
          >
            <span className={css.of}>{entry.group}</span> {entry.label}
            {entry.key ? <kbd className={css.kbd}>{entry.key}</kbd> : null}
          </div>
        ))}
      </div>
      <p role="status" className={css.nothing}>
        {found.length === 0 ? "No command is named so." : ""}
      </p>
    </Dialog>
  );
}
