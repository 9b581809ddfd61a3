import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../api/org";
import { FormError } from "../../ui/form_dialog";
import { useAddNote } from "./actions";
import css from "./detail_page.module.css";

export function NoteForm({ number }: { number: number }) {
  const org = useOrg();
  const [text, setText] = useState("");
  const addNote = useAddNote(org.slug, number);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() !== "") addNote.mutate(text.trim(), { onSuccess: () => setText("") });
  };
  return (
    <form onSubmit={submit} className={css.note}>
      <Textarea
        id="note"
        label="Note"
        description="Ctrl+Enter adds the note, Esc leaves the field."
        placeholder="What you saw and what you tried"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        value={text}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
        }}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <FormError submission={addNote} onClose={() => addNote.reset()} />
      <Button
        type="submit"
        variant="default"
        size="sm"
        loading={addNote.isPending}
        disabled={text.trim() === ""}
      >
        Add note
      </Button>
    </form>
  );
}
