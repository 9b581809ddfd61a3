import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { CardPage } from "../../ui/card_page";
import form from "../../ui/form.module.css";
import { FormError, submissionProblem } from "../../ui/form_dialog";
import { NewPassword } from "../../ui/password_field";
import css from "./account.module.css";
import { useResetPassword } from "./account_api";
import { useLinkToken } from "./link_token";

export function PasswordResetPage() {
  const token = useLinkToken();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const reset = useResetPassword();
  const problem = submissionProblem(reset);
  if (token === "" || problem?.status === 404)
    return (
      <CardPage key="invalid" title="This link does not work" tagline="It was used, or it has expired">
        <p className={css.text}>Ask your Tocsin operator for a new link.</p>
      </CardPage>
    );
  if (reset.isSuccess)
    return (
      <CardPage key="done" title="Password changed" tagline="All your sessions were ended">
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
    <CardPage key="form" title="Set a new password" tagline="This ends all your sessions">
      <form onSubmit={submit} className={form.form}>
        <FormError submission={reset} fields={["password"]} />
        <NewPassword
          label="New password"
          value={password}
          error={problem?.field("password")}
          onChange={setPassword}
        />
        <Button type="submit" fullWidth loading={reset.isPending}>
          Change password
        </Button>
      </form>
    </CardPage>
  );
}
