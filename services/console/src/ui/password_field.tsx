import { Checkbox, TextInput } from "@mantine/core";
import { type Ref, useState } from "react";

/** As the server wants it at least. */
export const shortest_password = 12;

interface NewPasswordProps {
  label: string;
  value: string;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
  onChange: (value: string) => void;
}

/** A password to be chosen: typed once, and shown where the person wants to see it. */
export function NewPassword({ label, value, error, ref, onChange }: NewPasswordProps) {
  const [seen, setSeen] = useState(false);
  return (
    <>
      <TextInput
        {...(ref ? { ref } : {})}
        label={label}
        description={`At least ${shortest_password} characters. Several words are good.`}
        type={seen ? "text" : "password"}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        minLength={shortest_password}
        maxLength={1024}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        label="Show it"
        checked={seen}
        onChange={(event) => setSeen(event.currentTarget.checked)}
      />
    </>
  );
}
