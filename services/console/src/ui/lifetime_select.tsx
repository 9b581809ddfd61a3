import { NativeSelect } from "@mantine/core";

const day = 24 * 60 * 60 * 1_000;

/** Values are days. */
const lifetimes = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In one year" },
  { value: "", label: "Never" },
];

/** The end of a lifetime that begins now; null: never. */
export const expiryOf = (days: string) =>
  days === "" ? null : new Date(Date.now() + Number(days) * day).toISOString();

interface LifetimeSelectProps {
  /** Days, or an empty text for no end. */
  value: string;
  error: string | undefined;
  onChange: (days: string) => void;
}

/** Selects when something new expires. */
export const LifetimeSelect = ({ value, error, onChange }: LifetimeSelectProps) => (
  <NativeSelect
    label="Expires"
    value={value}
    error={error}
    onChange={(event) => onChange(event.currentTarget.value)}
    data={lifetimes}
  />
);
