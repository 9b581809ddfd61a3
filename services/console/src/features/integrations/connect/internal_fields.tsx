import { PasswordInput, TextInput } from "@mantine/core";
import type { ProblemError } from "../../../api/problem";

export interface InternalFields {
  token: string;
  client_secret: string;
  sentry_org: string;
}

export const empty_fields: InternalFields = { token: "", client_secret: "", sentry_org: "" };

/** The fields that show their own errors. */
export const internal_field_names = ["token", "client_secret", "sentry_org"] as const;

const verbatim = { autoComplete: "off", autoCapitalize: "none", spellCheck: false, required: true } as const;

const secret_fields = [
  {
    name: "token",
    label: "Token",
    description: "In Sentry: the internal integration, Tokens, New Token. Sentry shows it once.",
    maxLength: 512,
  },
  {
    name: "client_secret",
    label: "Client secret",
    description: "In Sentry: on the same page, under Credentials. Webhooks are signed with it.",
    maxLength: 256,
  },
] as const;

interface InternalInputsProps {
  fields: InternalFields;
  problem: ProblemError | undefined;
  /** False for a reconnect, where the organization is known. */
  showsOrganization?: boolean;
  onChange: (fields: InternalFields) => void;
}

/** The values of an internal integration. */
export function InternalInputs({ fields, problem, showsOrganization = true, onChange }: InternalInputsProps) {
  const set = (name: keyof InternalFields) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...fields, [name]: event.currentTarget.value });
  return (
    <>
      {showsOrganization ? (
        <TextInput
          {...verbatim}
          label="Sentry organization"
          description="The slug from the URLs of its pages, such as example-shop."
          maxLength={100}
          value={fields.sentry_org}
          error={problem?.field("sentry_org")}
          onChange={set("sentry_org")}
        />
      ) : null}
      {secret_fields.map(({ name, ...field }) => (
        <PasswordInput
          key={name}
          {...verbatim}
          {...field}
          value={fields[name]}
          aria-invalid={problem?.field(name) !== undefined}
          error={problem?.field(name)}
          onChange={set(name)}
        />
      ))}
    </>
  );
}
