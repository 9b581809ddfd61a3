import { Button, Menu, TextInput } from "@mantine/core";
import { useState } from "react";
import { useCommands } from "../../ui/commands";
import { withoutEmpty } from "../../ui/filter_form";
import { FormDialog } from "../../ui/form_dialog";
import { DownIcon } from "../../ui/icons";
import type { Search } from "./filters";
import css from "./list_page.module.css";
import { deleteView, saveView, useSavedViews } from "./saved_views";

type Parameters = Readonly<Record<string, string>>;

const parametersOf = (search: Search) => withoutEmpty(search) as Parameters;

const isSame = (a: Parameters, b: Parameters) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

interface SaveDialogProps {
  org: string;
  search: Search;
  onClose: () => void;
}

function SaveDialog({ org, search, onClose }: SaveDialogProps) {
  const [name, setName] = useState("");
  const submit = () => {
    saveView(org, { name: name.trim(), search: parametersOf(search) });
    onClose();
  };
  return (
    <FormDialog
      title="Save view"
      action="Save"
      disabled={name.trim() === ""}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Stored in this browser. To share a view, share the address of the page."
        required
        data-autofocus
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

interface ViewsMenuProps {
  org: string;
  search: Search;
  onChange: (search: Search) => void;
}

/** Saved filters. */
export function ViewsMenu({ org, search, onChange }: ViewsMenuProps) {
  const views = useSavedViews(org);
  const [isSaving, setSaving] = useState(false);
  const current = views.find((view) => isSame(parametersOf(search), view.search));
  useCommands("Views", [
    ...views.map((view) => ({ label: `Show ${view.name}`, run: () => onChange(view.search) })),
    { label: "Save view", run: () => setSaving(true) },
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
            <Menu.Item key={view.name} className={css.viewItem ?? ""} onClick={() => onChange(view.search)}>
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 ? <Menu.Divider /> : null}
          {current ? (
            <Menu.Item onClick={() => deleteView(org, current.name)}>Delete “{current.name}”</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setSaving(true)}>Save view…</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isSaving ? <SaveDialog org={org} search={search} onClose={() => setSaving(false)} /> : null}
    </>
  );
}
