import { Button } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import css from "./paged_list.module.css";
import { ErrorNotice, LoadError, Loading } from "./states";

interface PagedListProps<T> {
  pages: Omit<UseInfiniteQueryResult, "data">;
  items: readonly T[];
  /** What a screen reader hears while the first page loads. */
  loadingLabel: string;
  /** In place of an empty list. */
  empty: ReactNode;
  children: (items: readonly T[]) => ReactNode;
}

/** A list that is loaded page by page: its skeleton, its error, its rows, and the button for the next page. */
export function PagedList<T>({ pages, items, loadingLabel, empty, children }: PagedListProps<T>) {
  if (pages.isPending) return <Loading rows={8} label={loadingLabel} />;
  if (items.length === 0)
    return pages.isError ? <LoadError error={pages.error} retry={() => void pages.refetch()} /> : empty;
  return (
    <>
      {children(items)}
      {pages.isError ? <ErrorNotice error={pages.error} /> : null}
      {pages.hasNextPage ? (
        <Button
          variant="default"
          className={css.more ?? ""}
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Load more
        </Button>
      ) : null}
    </>
  );
}
