import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { Notice } from "../../../ui/notice";
import shared from "../integrations.module.css";
import css from "./connect.module.css";
import { connectError } from "./connect_errors";

/** What the way back from Sentry said, why, and what to do. */
export function ConnectErrorNotice({ code, onClose }: { code: string; onClose: () => void }) {
  const { slug: org, can } = useOrg();
  const { title, what, remedy, next } = connectError(code);
  return (
    <Notice tone="bad" title={title} onClose={onClose}>
      {what} <strong className={css.lead}>What to do:</strong> {remedy}
      {can("admin") ? (
        <div className={shared.remedyActions}>
          {next === "connect" ? (
            <Button
              size="xs"
              variant="default"
              renderRoot={(props) => <Link to="/o/$org/integrations/connect" params={{ org }} {...props} />}
            >
              Connect again
            </Button>
          ) : null}
          {next === "setup" ? (
            <Button
              size="xs"
              variant="default"
              renderRoot={(props) => <Link to="/o/$org/integrations/setup" params={{ org }} {...props} />}
            >
              Setting up Sentry
            </Button>
          ) : null}
        </div>
      ) : null}
    </Notice>
  );
}
