import { ActionIcon, Button, Popover, Switch } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { BellIcon, BellOffIcon } from "../../ui/icons";
import css from "./alert_menu.module.css";
import { notificationPermission, type Permission, ring, useNewIncidents, useWishes, wish } from "./alerts";

type Incident = Schemas["Incident"];

const obstacles: Partial<Record<Permission, string>> = {
  unsupported: "This browser shows notifications only of pages that came over HTTPS.",
  denied: "This browser was told to show none from here. Allow notifications in its settings for this site.",
};

/** A notification says what it is about; what follows from it is on the page behind it. */
function notify(org: string, incidents: readonly Incident[], open: (number: number) => void) {
  const [first] = incidents;
  if (first === undefined || notificationPermission() !== "granted") return;
  const one = incidents.length === 1;
  const shown = new Notification(
    one ? `#${first.number} ${first.title}` : `${incidents.length} new incidents`,
    {
      body: one
        ? `${first.severity} · ${first.service.name}${first.environment ? ` · ${first.environment}` : ""}`
        : incidents.map(({ number, title }) => `#${number} ${title}`).join("\n"),
      // Several tabs say it once.
      tag: `${org} ${first.number} ${first.reopened_count}`,
    },
  );
  shown.onclick = () => {
    window.focus();
    open(first.number);
    shown.close();
  };
}

/** The bell: what new incidents do to get attention, for the person who asks for it. */
export function AlertMenu() {
  const { slug: org } = useOrg();
  const navigate = useNavigate();
  const wishes = useWishes();
  const [permission, setPermission] = useState(notificationPermission);
  const on = wishes.desktop || wishes.sound;
  useNewIncidents(org, on, (incidents) => {
    if (wishes.sound) ring();
    if (wishes.desktop)
      notify(
        org,
        incidents,
        (number) =>
          void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } }),
      );
  });
  const wantDesktop = async (wanted: boolean) => {
    if (!wanted) return wish({ ...wishes, desktop: false });
    const given = permission === "default" ? await Notification.requestPermission() : permission;
    setPermission(given);
    wish({ ...wishes, desktop: given === "granted" });
  };
  const wantSound = (wanted: boolean) => {
    wish({ ...wishes, sound: wanted });
    if (wanted) ring();
  };
  const obstacle = obstacles[permission];
  const name = on ? "Alerts, on" : "Alerts, off";
  return (
    <Popover position="bottom-end" width={300} trapFocus withRoles={false}>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={name}
          title={name}
          aria-haspopup="true"
        >
          {on ? <BellIcon /> : <BellOffIcon />}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <section className={css.menu} aria-label="Alerts">
          <strong>When an incident opens or comes back</strong>
          <Switch
            label="Desktop notification"
            description={obstacle ?? "While this page is open in some tab."}
            disabled={obstacle !== undefined}
            checked={wishes.desktop && obstacle === undefined}
            onChange={(event) => void wantDesktop(event.currentTarget.checked)}
          />
          <Switch
            label="Sound"
            description="After the page was loaded, press anywhere in it once: browsers play nothing before."
            checked={wishes.sound}
            onChange={(event) => wantSound(event.currentTarget.checked)}
          />
          {wishes.sound ? (
            <Button variant="default" size="compact-sm" onClick={ring}>
              Play the sound
            </Button>
          ) : null}
          <p className={css.hint}>In this browser only. It does not replace a pager.</p>
        </section>
      </Popover.Dropdown>
    </Popover>
  );
}
