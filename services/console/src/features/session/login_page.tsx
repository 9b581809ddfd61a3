import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { safeNext } from "../../api/urls";
import { CardPage } from "../../ui/card_page";
import { FormError } from "../../ui/form_dialog";
import css from "./login_page.module.css";

const route = getRouteApi("/login");

interface CredentialFieldProps {
  kind: "email" | "password";
  label: string;
  autoComplete: string;
  ref: RefObject<HTMLInputElement | null>;
  value: string;
  onChange: (value: string) => void;
}

const CredentialField = ({ kind, onChange, ...props }: CredentialFieldProps) => (
  <TextInput
    {...props}
    type={kind}
    name={kind}
    {...(kind === "email" ? { inputMode: "email" } : {})}
    required
    withAsterisk={false}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

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
    <CardPage title="Sign in" tagline="Tocsin: incidents from Sentry">
      <form onSubmit={submit} className={css.form}>
        <FormError submission={signIn} />
        {next && !signIn.isError ? <p className={css.hint}>Sign in to continue.</p> : null}
        <CredentialField
          ref={emailInput}
          kind="email"
          label="Email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
        />
        <CredentialField
          ref={passwordInput}
          kind="password"
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </form>
    </CardPage>
  );
}
