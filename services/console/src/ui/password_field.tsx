import { Checkbox, TextInput } from "@mantine/core";
import { type Ref, useState } from "react";

/** The server requires as many. */
export const min_password_length = 12;

interface NewPasswordProps {
  label: string;
  value: string;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
  onChange: (value: string) => void;
}

/** A new password, with a checkbox that shows it instead of a second field. */
export function NewPassword({ label, value, error, ref, onChange }: NewPasswordProps) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <TextInput
        {...(ref ? { ref } : {})}
        label={label}
        description={`At least ${min_password_length} characters. Several words make a good password.`}
        type={isShown ? "text" : "password"}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        minLength={min_password_length}
        maxLength={1024}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        label="Show password"
        checked={isShown}
        onChange={(event) => setShown(event.currentTarget.checked)}
      />
    </>
  );
}
