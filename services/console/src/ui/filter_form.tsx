import { Button } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import css from "./filter_form.module.css";

interface FilterFormProps {
  label: string;
  /** Fields. On a phone, those of class `advanced` are hidden until "More filters" is pressed. */
  children: ReactNode;
  /** Whether an advanced filter is set. */
  hasAdvanced: boolean;
  onSubmit: () => void;
}

/** The class of a rarely used field. */
export const advanced = css.advanced ?? "";

/** The filters above a list. */
export function FilterForm({ label, children, hasAdvanced, onSubmit }: FilterFormProps) {
  const [isExpanded, setExpanded] = useState(hasAdvanced);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <search aria-label={label}>
      <form className={css.filters} data-expanded={isExpanded || undefined} onSubmit={submit}>
        {children}
        <Button
          variant="subtle"
          className={css.toggle ?? ""}
          aria-expanded={isExpanded}
          onClick={() => setExpanded(!isExpanded)}
        >
          {isExpanded ? "Fewer filters" : "More filters"}
        </Button>
        <Button type="submit" variant="default">
          Filter
        </Button>
      </form>
    </search>
  );
}

/** Search parameters without the empty ones, which the address leaves out. */
export const withoutEmpty = <T extends object>(search: T) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value)) as Partial<T>;

/** The parameters with these names; the address may have others, which the API refuses. */
export const onlyNamed = <Name extends string>(
  search: Partial<Record<Name, string>>,
  names: readonly Name[],
) => Object.fromEntries(names.map((name) => [name, search[name]])) as Partial<Record<Name, string>>;
