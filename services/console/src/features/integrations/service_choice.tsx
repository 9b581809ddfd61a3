import { NativeSelect } from "@mantine/core";
import type { Schemas } from "../../api/client";

/** What the select holds while "New service…" is picked: no id looks like this. */
export const new_service = "+new";

interface ServiceChoiceProps {
  label: string;
  services: readonly Schemas["Service"][];
  value: string;
  placeholder: string;
  disabled?: boolean;
  /** The one in use now stays listed even when it is archived. */
  current?: Schemas["ServiceRef"] | undefined;
  onChoose: (service: string) => void;
}

/** A select of services, with a way to make one on the spot. A native one: hundreds of rows have it. */
export function ServiceChoice({
  label,
  services,
  value,
  placeholder,
  disabled,
  current,
  onChoose,
}: ServiceChoiceProps) {
  const listed = services.filter(({ archived_at, id }) => archived_at === null || id === current?.id);
  const options = listed.map(({ id, name }) => ({ value: id, label: name }));
  if (current && !options.some((option) => option.value === current.id))
    options.unshift({ value: current.id, label: current.name });
  return (
    <NativeSelect
      aria-label={label}
      size="sm"
      value={value}
      disabled={disabled ?? false}
      onChange={(event) => onChoose(event.currentTarget.value)}
      data={[
        ...(current ? [] : [{ value: "", label: placeholder }]),
        ...options,
        { value: new_service, label: "New service…" },
      ]}
    />
  );
}
