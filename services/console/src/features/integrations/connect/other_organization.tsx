import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { Dialog } from "../../../ui/dialog";
import form from "../../../ui/form.module.css";
import { Notice } from "../../../ui/notice";
import { isReconnecting, type Reconnect } from "../integration_api";
import shared from "../integrations.module.css";
import css from "./connect.module.css";

// The names come from the address, which anybody can write.
const longest_name = 100;
const shortened = (name: string) => (name.length > longest_name ? `${name.slice(0, longest_name)}…` : name);

interface OtherOrganizationProps {
  expected: string;
  found: string;
  reconnect: Reconnect;
  onClose: () => void;
}

/** A reconnect led to another Sentry organization than before. */
export function OtherOrganization({ reconnect, onClose, ...names }: OtherOrganizationProps) {
  const org = useOrg();
  const [asking, setAsking] = useState(false);
  const expected = <bdi className={css.name}>{shortened(names.expected)}</bdi>;
  const found = <bdi className={css.name}>{shortened(names.found)}</bdi>;
  const confirm = () => {
    setAsking(false);
    reconnect.mutate({ others: "meant" });
  };
  return (
    <Notice tone="bad" title="That was another Sentry organization" onClose={onClose}>
      This integration belongs to {expected}, but in Sentry {found} was chosen. Nothing was changed. To
      reconnect {expected}, press Reconnect and choose it in Sentry.
      {org.can("admin") ? (
        <div className={shared.remedyActions}>
          <Button
            variant="default"
            size="xs"
            classNames={{ root: css.wrapping ?? "", label: css.wrappingLabel ?? "" }}
            loading={isReconnecting(reconnect)}
            onClick={() => setAsking(true)}
          >
            <span>Reconnect to {found} anyway</span>
          </Button>
        </div>
      ) : null}
      {asking ? (
        <Dialog onClose={() => setAsking(false)} title="Reconnect to another organization?">
          <div className={form.form}>
            <Text size="sm">
              This integration then follows {found} in place of {expected}. Mappings and history stay; look
              through the mappings afterwards, since they were made for the projects of {expected}. Where
              Sentry asks for the organization again, choose {found}.
            </Text>
            <div className={form.buttons}>
              <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
                Cancel
              </Button>
              <Button onClick={confirm}>Reconnect</Button>
            </div>
          </div>
        </Dialog>
      ) : null}
    </Notice>
  );
}
