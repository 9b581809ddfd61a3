import { NativeSelect } from "@mantine/core";
import { useRef } from "react";
import type { Schemas } from "../../../api/client";
import { useNearViewport } from "../../../ui/use_near_viewport";

/** The value of "New service…". No service id looks like this. */
export const new_service = "+new";

interface ServiceSelectProps {
  label: string;
  services: readonly Schemas["Service"][];
  value: string;
  placeholder: string;
  disabled?: boolean;
  /** The service in use: listed even if it is archived. */
  current?: Schemas["ServiceRef"] | undefined;
  onChange: (service: string) => void;
}

/**
 * Selects a service or "New service…". A native select that is filled only near the viewport, because there may be hundreds
 * of rows and hundreds of services.
 */
export function ServiceSelect({
  label,
  services,
  value,
  placeholder,
  disabled = false,
  current,
  onChange,
}: ServiceSelectProps) {
  const select = useRef<HTMLSelectElement>(null);
  const isNear = useNearViewport(select);
  const options = services
    .filter(({ archived_at, id }) => (isNear ? archived_at === null || id === current?.id : id === value))
    .map(({ id, name }) => ({ value: id, label: name }));
  if (current && !options.some((option) => option.value === current.id))
    options.unshift({ value: current.id, label: current.name });
  return (
    <NativeSelect
      ref={select}
      aria-label={label}
      size="sm"
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        ...(current ? [] : [{ value: "", label: placeholder }]),
        ...options,
        { value: new_service, label: "New service…" },
      ]}
    />
  );
}
