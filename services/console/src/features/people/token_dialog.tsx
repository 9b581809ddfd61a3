import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../api/org";
import { asProblem } from "../../api/problem";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Refusal } from "../../ui/states";
import { type GivenRole, useMakeToken } from "./people_api";
import { RoleSelect } from "./role_select";
import { ShownOnce } from "./shown_once";

const day = 24 * 60 * 60 * 1_000;
const lives = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "", label: "until it is revoked" },
];

/** Makes an API token, and then shows it: once. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const [name, setName] = useState("");
  const [role, setRole] = useState<GivenRole>("viewer");
  const [life, setLife] = useState("90");
  const make = useMakeToken(org.slug);
  const problem = make.isError ? asProblem(make.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({
      name: name.trim(),
      role,
      expires_at: life === "" ? null : new Date(Date.now() + Number(life) * day).toISOString(),
    });
  };
  if (make.data)
    return (
      <ShownOnce
        title={`The token ${make.data.name}`}
        label="the token"
        value={make.data.token}
        onClose={onClose}
      >
        It is shown only now. Whoever has it may do what a {make.data.role} may. It goes into the header{" "}
        <code>Authorization: Bearer …</code>
      </ShownOnce>
    );
  return (
    <Dialog title="New API token" onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
        <TextInput
          label="Name"
          description="What it is for, so that it is known which one to revoke."
          required
          data-autofocus
          autoComplete="off"
          maxLength={200}
          value={name}
          error={problem?.field("name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect role={role} choose={setRole} problem={problem} />
        <NativeSelect
          label="Works for"
          value={life}
          error={problem?.field("expires_at")}
          onChange={(event) => setLife(event.currentTarget.value)}
          data={lives}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
