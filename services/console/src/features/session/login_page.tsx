import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { safeNext } from "../../api/leave";
import { CardPage } from "../../ui/card_page";
import { Refusal } from "../../ui/states";
import css from "./login_page.module.css";

const route = getRouteApi("/login");

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);

  useEffect(() => emailInput.current?.focus(), []);

  const signIn = useMutation({
    meta: { signsIn: true },
    mutationFn: () => body(api.POST("/api/v1/session", { body: { email: email.trim(), password } })),
    onSuccess: (session) => {
      queries.clear();
      queries.setQueryData(keys.session, session);
      router.history.replace(safeNext(next));
    },
    onError: () => {
      setPassword("");
      passwordInput.current?.focus();
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };

  return (
    <CardPage title="Sign in" tagline="Tocsin: incidents from what Sentry sees">
      <form onSubmit={submit} className={css.form}>
        {signIn.isError ? <Refusal error={signIn.error} /> : null}
        {next && !signIn.isError ? <p className={css.next}>Sign in to go on to where you were.</p> : null}
        <TextInput
          ref={emailInput}
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          inputMode="email"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          ref={passwordInput}
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </form>
    </CardPage>
  );
}
