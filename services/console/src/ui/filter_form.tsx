import { Button } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import css from "./filter_form.module.css";

interface FilterFormProps {
  label: string;
  /** Fields; those of class `seldom` are a press away on a phone, where the list comes first. */
  children: ReactNode;
  /** Whether one of those is in use. */
  isSeldomUsed: boolean;
  submit: () => void;
}

/** What a field that is seldom asked for is of. */
export const seldom = css.seldom ?? "";

/** The filters above a list that is searched by several things at once. */
export function FilterForm({ label, children, isSeldomUsed, submit }: FilterFormProps) {
  const [more, setMore] = useState(isSeldomUsed);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <search aria-label={label}>
      <form className={css.filters} data-more={more || undefined} onSubmit={onSubmit}>
        {children}
        <Button
          variant="subtle"
          className={css.moreFilters ?? ""}
          aria-expanded={more}
          onClick={() => setMore(!more)}
        >
          {more ? "Fewer filters" : "More filters"}
        </Button>
        <Button type="submit" variant="default">
          Filter
        </Button>
      </form>
    </search>
  );
}
