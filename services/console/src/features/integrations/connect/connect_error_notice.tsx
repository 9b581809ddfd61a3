import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useOrg } from "../../../api/org";
import { Notice } from "../../../ui/notice";
import shared from "../integrations.module.css";
import { connectError } from "./connect_errors";

const next_pages = {
  connect: { to: "/o/$org/integrations/connect", label: "Connect again" },
  setup: { to: "/o/$org/integrations/setup", label: "Sentry setup" },
} as const;

/** Why a connection failed, and what to do. */
export function ConnectErrorNotice({ code, onClose }: { code: string; onClose: () => void }) {
  const { slug: org, can } = useOrg();
  const { title, explanation, remedy, next } = connectError(code);
  const page = next && can("admin") ? next_pages[next] : undefined;
  return (
    <Notice tone="bad" title={title} onClose={onClose}>
      {explanation} <strong>What to do:</strong> {remedy}
      {page ? (
        <div className={shared.remedyActions}>
          <Button
            size="xs"
            variant="default"
            renderRoot={(props) => <Link to={page.to} params={{ org }} {...props} />}
          >
            {page.label}
          </Button>
        </div>
      ) : null}
    </Notice>
  );
}
