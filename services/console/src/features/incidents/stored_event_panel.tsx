import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { Panel } from "../../ui/panel";
import { TextLink } from "../../ui/text_link";
import css from "./detail_page.module.css";
import { readStoredEvent, type StoredEvent, type StoredException } from "./stored_event";

type Entry = Schemas["TimelineEntry"];

// Not every delivery has an event: how many of the newest ones are read to find one.
const read_deliveries = 3;

/** The newest deliveries of the timeline. */
const deliveriesOf = (entries: readonly Entry[]) => {
  const ids = entries.map(({ delivery_id }) => delivery_id).filter((id): id is string => id !== null);
  return [...new Set(ids.reverse())].slice(0, read_deliveries);
};

/** Read once: in a storm, the newest delivery changes all the time. */
const storedEventQuery = (org: string, number: number, deliveries: readonly string[]) =>
  queryOptions({
    queryKey: [...keys.incident(org, number), "stored event"],
    queryFn: async ({ signal }): Promise<(StoredEvent & { delivery: string }) | null> => {
      for (const id of deliveries) {
        const { body: text } = await body(
          api.GET("/api/v1/orgs/{org}/deliveries/{id}", { params: { path: { org, id } }, signal }),
        );
        const event = readStoredEvent(text);
        if (event) return { ...event, delivery: id };
      }
      return null;
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

const Exception = ({ exception: { type, value, frames } }: { exception: StoredException }) => (
  <div className={css.exception}>
    <p className={css.exceptionName}>
      <strong>{type}</strong>
      {value ? `: ${value}` : ""}
    </p>
    {frames.length > 0 ? (
      <ol className={css.frames} aria-label="Application frames, the newest call first">
        {frames.map(({ name, place, code }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={n}>
            <code>{name}</code> <span className={css.framePlace}>{place}</span>
            {code ? <code className={css.frameCode}>{code}</code> : null}
          </li>
        ))}
      </ol>
    ) : null}
  </div>
);

interface StoredEventPanelProps {
  org: string;
  number: number;
  entries: readonly Entry[];
}

/** The exception and the tags of the newest event that was delivered. */
export function StoredEventPanel({ org, number, entries }: StoredEventPanelProps) {
  const deliveries = deliveriesOf(entries);
  const { data } = useQuery({ ...storedEventQuery(org, number, deliveries), enabled: deliveries.length > 0 });
  if (!data) return null;
  return (
    <Panel
      title="Latest event"
      actions={
        <TextLink to="/o/$org/deliveries/$id" params={{ org, id: data.delivery }} size="sm">
          Delivery
        </TextLink>
      }
    >
      {data.exceptions.map((exception, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <Exception key={n} exception={exception} />
      ))}
      {data.tags.length > 0 ? (
        <ul className={css.tags} aria-label="Tags">
          {data.tags.map(({ key, value }) => (
            <li key={`${key} ${value}`}>
              <span>{key}</span> {value}
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}
