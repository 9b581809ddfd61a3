import { Anchor, Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { poll_interval, useFollowing } from "../api/live";
import { asProblem } from "../api/problem";
import { useNow } from "./clock";
import { Notice } from "./notice";
import css from "./states.module.css";
import { absoluteTime, clockTime } from "./time";

export function Waiting({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <Stack gap="xs" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without identity
        <Skeleton key={row} height={row === 0 ? 28 : 44} radius="md" className={css.bar ?? ""} />
      ))}
    </Stack>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css.empty}>
      <Title order={2} size="1.05rem">
        {title}
      </Title>
      {children ? (
        <Text c="dimmed" size="sm" component="div" maw="34rem">
          {children}
        </Text>
      ) : null}
    </div>
  );
}

/** Says what was refused, and what to do about it. */
export function Refusal({ error, onClose }: { error: unknown; onClose?: () => void }) {
  const problem = asProblem(error);
  return (
    <Notice tone="bad" title={problem.title} {...(onClose ? { onClose } : {})}>
      {problem.message}
      {problem.fields.length > 0 ? (
        <ul className={css.fields}>
          {problem.fields.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      ) : null}
    </Notice>
  );
}

/** In place of content that could not be had. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  if (problem.status === 403)
    return (
      <Empty title="Not for your role">
        {problem.message} Ask an admin or the owner of this organization if you need it.
      </Empty>
    );
  if (problem.status === 404)
    return (
      <Empty title="Nothing here">
        It does not exist, or it belongs to an organization that you are not a member of.{" "}
        <Anchor href="/" underline="always">
          Go to the start
        </Anchor>
      </Empty>
    );
  return (
    <div className={css.empty} role="alert">
      <Title order={2} size="1.05rem">
        {problem.title}
      </Title>
      <Text c="dimmed" size="sm" maw="34rem">
        {problem.message}
      </Text>
      {retry ? (
        <Button variant="default" size="sm" onClick={retry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}

/** Skeleton, failure or content. Content that was once there stays, however the next reading ends. */
export function Loaded<T>({ query, rows = 6, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Waiting rows={rows} />;
}

interface AsOfProps {
  at: number;
  failing: boolean;
  /** It changes by itself; else it is true until it is read again. */
  live?: boolean;
}

/** When the screen was last true, and whether it still follows. */
export function AsOf({ at, failing, live = false }: AsOfProps) {
  const now = useNow();
  const following = useFollowing() === "following";
  if (at === 0) return null;
  const stale = failing || (live && now - at > 4 * poll_interval);
  return (
    <span className={css.asof} data-stale={stale || undefined}>
      <span className={css.dot} aria-hidden="true" data-polling={(live && !following) || undefined} />
      <span>
        as of{" "}
        <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)}>
          {clockTime(at)}
        </time>
        {live && !stale ? (following ? ", live" : `, every ${poll_interval / 1_000} s`) : null}
        {/* The region is there before its text, or a screen reader says nothing. */}
        <span role="status">{stale ? ", not updating" : ""}</span>
      </span>
    </span>
  );
}
