import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { FormDialog } from "../../../ui/form_dialog";
import { Notice } from "../../../ui/notice";
import { isReconnecting, type Reconnect } from "../integration_api";
import shared from "../integrations.module.css";
import css from "./connect.module.css";

// The names come from the address, which anyone can forge.
const max_name_length = 100;
const shorten = (name: string) =>
  name.length > max_name_length ? `${name.slice(0, max_name_length)}…` : name;

interface OtherOrganizationNoticeProps {
  /** The Sentry organization as before. */
  expected: string;
  /** The one that was chosen. */
  found: string;
  reconnect: Reconnect;
  onClose: () => void;
}

/** A reconnect chose another Sentry organization than before. */
export function OtherOrganizationNotice({ reconnect, onClose, ...names }: OtherOrganizationNoticeProps) {
  const org = useOrg();
  const [isConfirming, setConfirming] = useState(false);
  const expectedName = <bdi className={css.name}>{shorten(names.expected)}</bdi>;
  const foundName = <bdi className={css.name}>{shorten(names.found)}</bdi>;
  const confirm = () => {
    setConfirming(false);
    reconnect.mutate({ otherOrganization: "allow" });
  };
  return (
    <Notice tone="bad" title="Different Sentry organization" onClose={onClose}>
      This integration belongs to {expectedName}, but {foundName} was chosen in Sentry. Nothing was changed.
      To reconnect {expectedName}, press Reconnect and choose it in Sentry.
      {org.can("admin") ? (
        <div className={shared.remedyActions}>
          <Button
            variant="default"
            size="xs"
            classNames={{ root: css.wrapping ?? "", label: css.wrappingLabel ?? "" }}
            loading={isReconnecting(reconnect)}
            onClick={() => setConfirming(true)}
          >
            <span>Reconnect to {foundName} anyway</span>
          </Button>
        </div>
      ) : null}
      {isConfirming ? (
        <FormDialog
          title="Reconnect to another organization?"
          action="Reconnect"
          focusCancel
          onSubmit={confirm}
          onClose={() => setConfirming(false)}
        >
          <Text size="sm">
            This integration will use {foundName} instead of {expectedName}. Mappings and history are kept.
            Check the mappings afterwards, because they were made for the projects of {expectedName}. If
            Sentry asks for the organization again, choose {foundName}.
          </Text>
        </FormDialog>
      ) : null}
    </Notice>
  );
}
