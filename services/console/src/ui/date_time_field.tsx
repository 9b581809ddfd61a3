import { TextInput } from "@mantine/core";

/** The value of a datetime-local input: local time without a zone. */
function localInput(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A time from the address, which a user may have edited; undefined if it is not a time. */
export function parseTime(text: string | undefined): string | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

interface DateTimeFieldProps {
  label: string;
  description?: string;
  className?: string | undefined;
  /** RFC 3339, or empty. */
  value: string;
  onChange: (value: string) => void;
}

/** A date and time in the zone of the browser. */
export function DateTimeField({ label, description, className, value, onChange }: DateTimeFieldProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      {...(description ? { description } : {})}
      {...(className ? { className } : {})}
      value={localInput(value)}
      onChange={(event) => onChange(parseTime(event.currentTarget.value) ?? "")}
    />
  );
}
