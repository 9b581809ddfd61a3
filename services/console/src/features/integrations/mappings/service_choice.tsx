import { NativeSelect } from "@mantine/core";
import { useRef } from "react";
import type { Schemas } from "../../../api/client";
import { useNear } from "../../../ui/use_near";

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

/**
 * A select of services, with a way to make one on the spot. A native one, and filled when it comes near the window:
 * hundreds of rows have it, and hundreds of services may be in it.
 */
export function ServiceChoice({
  label,
  services,
  value,
  placeholder,
  disabled,
  current,
  onChoose,
}: ServiceChoiceProps) {
  const select = useRef<HTMLSelectElement>(null);
  const near = useNear(select);
  const listed = services.filter(({ archived_at, id }) =>
    near ? archived_at === null || id === current?.id : id === value,
  );
  const options = listed.map(({ id, name }) => ({ value: id, label: name }));
  if (current && !options.some((option) => option.value === current.id))
    options.unshift({ value: current.id, label: current.name });
  return (
    <NativeSelect
      ref={select}
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
