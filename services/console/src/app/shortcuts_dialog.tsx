import { Switch } from "@mantine/core";
import { availableCommands, type Command, setShortcutsEnabled, useShortcutsEnabled } from "../ui/commands";
import { Dialog } from "../ui/dialog";
import css from "./keyboard.module.css";

const always: readonly Pick<Command, "key" | "label">[] = [
  { key: "Ctrl K", label: "Search all commands" },
  { key: "Esc", label: "Leave a field, or close a dialog" },
];

function ShortcutGroup({ name, shortcuts }: { name: string; shortcuts: typeof always }) {
  return (
    <section>
      <h3 className={css.group}>{name}</h3>
      <dl className={css.shortcuts}>
        {shortcuts.map(({ key, label }) => (
          <div key={label} className={css.shortcut}>
            <dt>
              <kbd className={css.kbd}>{key === "Escape" ? "Esc" : key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The keyboard shortcuts of the current page. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const isEnabled = useShortcutsEnabled();
  const groups = availableCommands()
    .map(({ name, commands }) => ({ name, shortcuts: commands.filter(({ key }) => key !== undefined) }))
    .filter(({ shortcuts }) => shortcuts.length > 0);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className={css.dialog}>
        {groups.map((group) => (
          <ShortcutGroup key={group.name} {...group} />
        ))}
        <ShortcutGroup name="Always" shortcuts={always} />
        <Switch
          label="Single-key shortcuts"
          description="Ctrl K works in any case."
          checked={isEnabled}
          onChange={(event) => setShortcutsEnabled(event.currentTarget.checked)}
        />
      </div>
    </Dialog>
  );
}
