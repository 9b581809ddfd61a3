import { Anchor, Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { poll_interval, useStreamState } from "../api/event_stream";
import { asProblem } from "../api/problem";
import { useNow } from "./clock";
import { formatDateTime, formatDuration, formatTime } from "./format";
import { Notice } from "./notice";
import css from "./states.module.css";

export function Loading({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <Stack gap="xs" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
        <Skeleton key={row} height={row === 0 ? 28 : 44} radius="md" className={css.bar ?? ""} />
      ))}
    </Stack>
  );
}

export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
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

/** The empty state of a filtered list. */
export function NoMatches({ title, onClear }: { title: string; onClear: () => void }) {
  return (
    <EmptyState title={title}>
      <Button variant="default" size="xs" mt="xs" onClick={onClear}>
        Clear filters
      </Button>
    </EmptyState>
  );
}

interface ErrorNoticeProps {
  error: unknown;
  onClose?: () => void;
  /** Offered where the server was not reached. */
  onRetry?: () => void;
}

/** An error, and the fields that it is about. */
export function ErrorNotice({ error, onClose, onRetry }: ErrorNoticeProps) {
  const problem = asProblem(error);
  const canRetry = problem.status === 0 && onRetry !== undefined;
  return (
    <Notice tone="bad" title={canRetry ? "Not sent" : problem.title} {...(onClose ? { onClose } : {})}>
      {problem.message}{" "}
      {canRetry ? (
        <Button variant="default" size="compact-xs" onClick={onRetry}>
          Retry
        </Button>
      ) : null}
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

/** In place of content that could not be loaded. */
export function LoadError({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  if (problem.status === 403)
    return (
      <EmptyState title="You don't have access">
        {problem.message} Ask an admin or the owner of this organization if you need it.
      </EmptyState>
    );
  if (problem.status === 404)
    return (
      <EmptyState title="Not found">
        It does not exist, or it belongs to an organization that you are not a member of.{" "}
        <Anchor href="/" underline="always">
          Go to the start page
        </Anchor>
      </EmptyState>
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

/** A skeleton, an error, or the content. Loaded content stays when a later refetch fails. */
export function Loaded<T>({ query, rows = 6, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <LoadError error={query.error} retry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}

interface FreshnessProps {
  /** When the content was last read, in milliseconds; 0: never. */
  at: number;
  failing: boolean;
  /** It updates by itself. */
  live?: boolean;
  /** Only a part of the content was read. */
  isPartial?: boolean;
}

/** Whether the content updates, and when it was last read. */
export function Freshness({ at, failing, live = false, isPartial = false }: FreshnessProps) {
  const now = useNow();
  const isStreaming = useStreamState() === "open";
  if (at === 0) return null;
  const isStale = failing || (live && now - at > 4 * poll_interval);
  const time = (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatTime(at)}
    </time>
  );
  const label = isPartial
    ? "Only the newest rows update"
    : isStreaming
      ? "Live"
      : `Updates every ${formatDuration(poll_interval)}`;
  return (
    <span className={css.freshness} data-stale={isStale || undefined}>
      <span className={css.dot} aria-hidden="true" data-polling={(live && !isStreaming) || undefined} />
      {live && !isStale ? <span title={`Last updated ${formatDateTime(at)}`}>{label}</span> : null}
      {!live && !isStale ? <span>Updated {time}</span> : null}
      {/* A screen reader announces only text that is added to an existing region. */}
      <span role="status">{isStale ? "Not updating" : ""}</span>
      {isStale ? <span>since {time}</span> : null}
    </span>
  );
}
