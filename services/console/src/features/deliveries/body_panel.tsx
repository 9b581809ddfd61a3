import { Button, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Schemas } from "../../api/client";
import { CopyButton } from "../../ui/copy";
import { Panel } from "../../ui/panel";
import css from "./deliveries.module.css";
import { canLayOut, layOut, pieces } from "./pretty";

// Characters. A body may have five million, more than a browser lays out in one go.
const shown_first = 100_000;
const growth = 8;

function shownOf(body: string, laidOut: boolean, most: number) {
  if (laidOut) return layOut(body, most);
  return { text: body.slice(0, most), whole: body.length <= most };
}

/** What was sent, as text and nothing else. */
export function BodyPanel({ delivery }: { delivery: Schemas["DeliveryDetail"] }) {
  const { body } = delivery;
  const [raw, setRaw] = useState(false);
  const [most, setMost] = useState(shown_first);
  const json = body !== null && canLayOut(body);
  const shown = useMemo(
    () => (body === null ? null : shownOf(body, json && !raw, most)),
    [body, json, raw, most],
  );
  if (body === null || shown === null)
    return (
      <Panel title="Body">
        <p className={css.quiet}>
          {delivery.duplicate_of ? "Kept once, with the delivery that this one repeats." : "Not kept."}
        </p>
      </Panel>
    );
  return (
    <Panel
      title="Body"
      flush
      actions={
        <>
          {json ? (
            <Switch
              size="xs"
              label="As it was sent"
              checked={raw}
              onChange={(event) => setRaw(event.currentTarget.checked)}
            />
          ) : null}
          <CopyButton label="the body" text={body} shown="Copy the body" />
        </>
      }
    >
      {/* It scrolls, so the keyboard has to be able to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <section className={css.body} tabIndex={0} aria-label="Body of the delivery">
        <pre>
          {pieces(shown.text).map((piece, n, all) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in order
            <span key={n} className={css.piece} data-many={all.length > 1 || undefined}>
              {piece}
            </span>
          ))}
        </pre>
      </section>
      {shown.whole ? null : (
        <p className={css.cut}>
          Only its beginning is shown.{" "}
          <Button size="compact-xs" variant="default" onClick={() => setMost((old) => old * growth)}>
            Show more
          </Button>
        </p>
      )}
      {delivery.cut ? <p className={css.cut}>It was too long to be kept whole.</p> : null}
    </Panel>
  );
}
