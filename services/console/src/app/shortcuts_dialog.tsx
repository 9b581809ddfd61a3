import { Switch } from "@mantine/core";
import { offeredCommands, setKeysOn, useKeysOn } from "../ui/commands";
import { Dialog } from "../ui/dialog";
import css from "./keyboard.module.css";

/** What can be pressed on this screen. */
export default function KeysSheet({ onClose }: { onClose: () => void }) {
  const on = useKeysOn();
  const groups = offeredCommands()
    .map(({ name, commands }) => ({ name, commands: commands.filter(({ key }) => key !== undefined) }))
    .filter(({ commands }) => commands.length > 0);
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <div className={css.sheet}>
        {groups.map(({ name, commands }) => (
          <section key={name}>
            <h3 className={css.group}>{name}</h3>
            <dl className={css.keys}>
              {commands.map(({ key, label }) => (
                <div key={label} className={css.key}>
                  <dt>
                    <kbd className={css.kbd}>{key}</kbd>
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className={css.group}>Always</h3>
          <dl className={css.keys}>
            <div className={css.key}>
              <dt>
                <kbd className={css.kbd}>Ctrl K</kbd>
              </dt>
              <dd>All commands, by name</dd>
            </div>
            <div className={css.key}>
              <dt>
                <kbd className={css.kbd}>Esc</kbd>
              </dt>
              <dd>Out of a field, or close a dialog</dd>
            </div>
          </dl>
        </section>
        <Switch
          label="Single keys do something"
          description="Ctrl K works in any case."
          checked={on}
          onChange={(event) => setKeysOn(event.currentTarget.checked)}
        />
      </div>
    </Dialog>
  );
}
