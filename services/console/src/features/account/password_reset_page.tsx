import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { asProblem } from "../../api/problem";
import { CardPage } from "../../ui/card_page";
import form from "../../ui/form.module.css";
import { NewPassword } from "../../ui/password_field";
import { Refusal } from "../../ui/states";
import css from "./account.module.css";
import { useResetPassword } from "./account_api";
import { useLinkToken } from "./link_token";

export function PasswordResetPage() {
  const token = useLinkToken();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const reset = useResetPassword();
  const problem = reset.isError ? asProblem(reset.error) : undefined;
  if (token === "" || problem?.status === 404)
    return (
      <CardPage key="gone" title="This link does not work" tagline="It was used, or has run out">
        <p className={css.said}>Ask the people who run this deployment for a new one.</p>
      </CardPage>
    );
  if (reset.isSuccess)
    return (
      <CardPage key="done" title="The password is changed" tagline="All sessions were ended">
        <Button fullWidth onClick={() => void navigate({ to: "/login", search: {}, replace: true })}>
          Sign in
        </Button>
      </CardPage>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate({ token, password });
  };
  return (
    <CardPage key="ask" title="A new password" tagline="All your sessions end with the old one">
      <form onSubmit={submit} className={form.form}>
        {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
        <NewPassword
          label="New password"
          value={password}
          error={problem?.field("password")}
          onChange={setPassword}
        />
        <Button type="submit" fullWidth loading={reset.isPending}>
          Change the password
        </Button>
      </form>
    </CardPage>
  );
}
