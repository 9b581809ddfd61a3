import { Button, Menu, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useCommands } from "../../ui/commands";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { DownIcon } from "../../ui/icons";
import type { Search } from "./filters";
import css from "./list_page.module.css";
import { forgetView, saveView, useSavedViews } from "./saved_views";

interface ViewsMenuProps {
  org: string;
  search: Search;
  change: (next: Search) => void;
}

const given = (search: Search) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value)) as Record<string, string>;

const same = (one: Record<string, string>, other: Readonly<Record<string, string>>) =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

function SaveDialog({ org, search, onClose }: Omit<ViewsMenuProps, "change"> & { onClose: () => void }) {
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saveView(org, { name: name.trim(), search: given(search) });
    onClose();
  };
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        <TextInput
          label="Name"
          description="Kept in this browser. To share it, share the address."
          required
          data-autofocus
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ""}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Filters that are wanted again and again, by name. */
export function ViewsMenu({ org, search, change }: ViewsMenuProps) {
  const views = useSavedViews(org);
  const [saving, setSaving] = useState(false);
  const current = views.find((view) => same(given(search), view.search));
  useCommands("Views", [
    ...views.map((view) => ({ label: `View ${view.name}`, run: () => change(view.search) })),
    { label: "Save this view", run: () => setSaving(true) },
  ]);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" className={css.viewsButton ?? ""} rightSection={<DownIcon size={14} />}>
            {current ? current.name : "Views"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Menu.Item key={view.name} className={css.viewItem ?? ""} onClick={() => change(view.search)}>
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 ? <Menu.Divider /> : null}
          {current ? (
            <Menu.Item onClick={() => forgetView(org, current.name)}>Forget “{current.name}”</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setSaving(true)}>Save this view…</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {saving ? <SaveDialog org={org} search={search} onClose={() => setSaving(false)} /> : null}
    </>
  );
}
