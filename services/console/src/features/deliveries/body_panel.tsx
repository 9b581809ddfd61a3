import { Anchor, Button, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { CopyButton } from "../../ui/copy";
import { Panel } from "../../ui/panel";
import css from "./deliveries.module.css";
import { type FormattedText, formatJson, looksLikeJson, splitIntoChunks } from "./json_format";

// In characters. A body may have five million, more than a browser can lay out at once.
const initial_length = 100_000;
const growth_factor = 8;

const truncate = (body: string, max_length: number): FormattedText => ({
  text: body.slice(0, max_length),
  isComplete: body.length <= max_length,
});

function BodyText({ text }: { text: string }) {
  const chunks = splitIntoChunks(text);
  return (
    // It scrolls, so it must be reachable with the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section className={css.body} tabIndex={0} aria-label="Body of the delivery">
      <pre>
        {chunks.map((chunk, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the chunks of one text, in order
          <span key={n} className={css.chunk} data-lazy={chunks.length > 1 || undefined}>
            {chunk}
          </span>
        ))}
      </pre>
    </section>
  );
}

function DownloadNote({ id }: { id: string }) {
  const { slug: org } = useOrg();
  return (
    <p className={css.truncated}>
      Only the first 256 KiB can be shown here.{" "}
      <Anchor size="sm" href={`/api/v1/orgs/${encodeURIComponent(org)}/deliveries/${id}/body`} download>
        Download the body
      </Anchor>
    </p>
  );
}

/** The body as text, never as markup. */
export function BodyPanel({ delivery }: { delivery: Schemas["DeliveryDetail"] }) {
  const { body } = delivery;
  const [isRaw, setRaw] = useState(false);
  const [max_length, setMaxLength] = useState(initial_length);
  const isJson = body !== null && looksLikeJson(body);
  const shown = useMemo(() => {
    if (body === null) return null;
    return isJson && !isRaw ? formatJson(body, max_length) : truncate(body, max_length);
  }, [body, isJson, isRaw, max_length]);
  if (body === null || shown === null)
    return (
      <Panel title="Body">
        <p className={css.dimmed}>
          {delivery.duplicate_of
            ? "Not stored again: it is the same as the body of the earlier delivery."
            : "Not stored."}
        </p>
      </Panel>
    );
  return (
    <Panel
      title="Body"
      flush
      actions={
        <>
          {isJson ? (
            <Switch
              size="xs"
              label="Show original"
              checked={isRaw}
              onChange={(event) => setRaw(event.currentTarget.checked)}
            />
          ) : null}
          <CopyButton label="the body" text={body} caption="Copy body" />
        </>
      }
    >
      <BodyText text={shown.text} />
      {shown.isComplete ? null : (
        <p className={css.truncated}>
          Only the beginning is shown.{" "}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setMaxLength((old) => old * growth_factor)}
          >
            Show more
          </Button>
        </p>
      )}
      {delivery.body_truncated ? <DownloadNote id={delivery.id} /> : null}
      {delivery.cut ? (
        <p className={css.truncated}>The body was too long to store completely. Its end is missing.</p>
      ) : null}
    </Panel>
  );
}
