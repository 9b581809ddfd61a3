import { PasswordInput, TextInput } from "@mantine/core";
import type { ProblemError } from "../../../api/problem";

export interface InternalFields {
  token: string;
  client_secret: string;
  sentry_org: string;
}

export const no_fields: InternalFields = { token: "", client_secret: "", sentry_org: "" };

interface InternalInputsProps {
  fields: InternalFields;
  change: (fields: InternalFields) => void;
  problem: ProblemError | undefined;
  /** Of a reconnect the organization is known. */
  organization?: boolean;
}

/** The names under which the fields below show what was refused. */
export const internal_field_names = ["token", "client_secret", "sentry_org"] as const;

const verbatim = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;

export function InternalInputs({ fields, change, problem, organization = true }: InternalInputsProps) {
  const set = (part: Partial<InternalFields>) => change({ ...fields, ...part });
  return (
    <>
      {organization ? (
        <TextInput
          {...verbatim}
          label="Sentry organization"
          description="Its slug, as in the address of its pages: example-shop."
          required
          maxLength={100}
          value={fields.sentry_org}
          error={problem?.field("sentry_org")}
          onChange={(event) => set({ sentry_org: event.currentTarget.value })}
        />
      ) : null}
      <PasswordInput
        {...verbatim}
        label="Token"
        description="In Sentry: the internal integration, Tokens, New Token. Shown there once."
        required
        maxLength={512}
        value={fields.token}
        aria-invalid={problem?.field("token") !== undefined}
        error={problem?.field("token")}
        onChange={(event) => set({ token: event.currentTarget.value })}
      />
      <PasswordInput
        {...verbatim}
        label="Client secret"
        description="In Sentry: the same page, Credentials. The key with which it signs its webhooks."
        required
        maxLength={256}
        value={fields.client_secret}
        aria-invalid={problem?.field("client_secret") !== undefined}
        error={problem?.field("client_secret")}
        onChange={(event) => set({ client_secret: event.currentTarget.value })}
      />
    </>
  );
}
