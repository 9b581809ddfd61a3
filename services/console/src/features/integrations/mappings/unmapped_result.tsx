import { Button } from "@mantine/core";
import { useOrg } from "../../../api/org";
import { OutcomeBadge } from "../../../ui/badges";
import { formatCount, formatNumber } from "../../../ui/format";
import { Notice } from "../../../ui/notice";
import { TextLink } from "../../../ui/text_link";
import css from "./mappings.module.css";
import { type MappingResult, type NewMapping, nameOf } from "./unmapped_api";

// More names would not be read.
const max_names = 20;

interface UnmappedResultProps {
  result: MappingResult;
  onRetry: (failed: readonly NewMapping[]) => void;
  onClose: () => void;
}

/** The result of mapping projects and replaying their held deliveries. */
export function UnmappedResult({ result, onRetry, onClose }: UnmappedResultProps) {
  const { slug: org } = useOrg();
  const { mapped, counts, failed, error } = result;
  const replayed = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const title = [
    mapped > 0 ? `${formatCount(mapped, "project")} mapped` : "",
    `${formatCount(replayed, "held delivery", "held deliveries")} replayed`,
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <>
      <Notice tone="good" title={title} onClose={onClose}>
        {replayed > 0 ? (
          <ul className={css.counts}>
            {Object.entries(counts).map(([outcome, count]) => (
              <li key={outcome}>
                {formatNumber(count)} <OutcomeBadge outcome={outcome} />
              </li>
            ))}
          </ul>
        ) : null}
        <TextLink to="/o/$org/incidents" params={{ org }} inherit underline="always">
          View incidents
        </TextLink>
      </Notice>
      {failed.length > 0 ? (
        <Notice
          tone="bad"
          title={`The held deliveries of ${formatCount(failed.length, "project")} could not be replayed`}
        >
          <p className={css.paragraph}>{error} The deliveries are still stored.</p>
          <p className={css.paragraph}>
            {failed
              .slice(0, max_names)
              .map(({ item }) => nameOf(item))
              .join(", ")}
            {failed.length > max_names ? ` and ${failed.length - max_names} more` : ""}
          </p>
          <Button size="xs" variant="default" onClick={() => onRetry(failed)}>
            Replay again
          </Button>
        </Notice>
      ) : null}
    </>
  );
}
