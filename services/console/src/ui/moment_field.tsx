import { TextInput } from "@mantine/core";

/** What a datetime-local input takes: this machine's wall clock, without a zone. */
function localInput(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment in an address that a person may have edited: a time, or nothing. */
export function momentOf(text: string | undefined): string | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

interface MomentFieldProps {
  label: string;
  description?: string;
  className?: string | undefined;
  /** RFC 3339, or empty. */
  value: string;
  onChange: (value: string) => void;
}

/** A date and time of day in this machine's zone. */
export function MomentField({ label, description, className, value, onChange }: MomentFieldProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      {...(description ? { description } : {})}
      {...(className ? { className } : {})}
      value={localInput(value)}
      onChange={(event) => onChange(momentOf(event.currentTarget.value) ?? "")}
    />
  );
}
