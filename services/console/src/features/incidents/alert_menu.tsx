import { ActionIcon, Button, Indicator, Popover, Switch } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { severity_labels } from "../../api/vocabulary";
import { BellIcon, BellOffIcon } from "../../ui/icons";
import { PendingApprovals, usePendingApprovals } from "../../ui/pending_approvals";
import css from "./alert_menu.module.css";
import {
  notificationPermission,
  type Permission,
  playSound,
  setAlertSettings,
  useAlertSettings,
  useNewIncidents,
} from "./alerts";
import { useMyServices } from "./my_services";

type Incident = Schemas["Incident"];

const obstacles: Partial<Record<Permission, string>> = {
  unsupported: "This browser shows notifications only for pages loaded over HTTPS.",
  denied: "Notifications are blocked. Allow them for this site in the settings of the browser.",
};

function notificationText(incidents: readonly Incident[], first: Incident) {
  const { number, title, severity, service, environment } = first;
  if (incidents.length === 1)
    return {
      title: `#${number} ${title}`,
      body: [severity_labels[severity], service.name, environment].filter(Boolean).join(" · "),
    };
  return {
    title: `${incidents.length} new incidents`,
    body: incidents.map((incident) => `#${incident.number} ${incident.title}`).join("\n"),
  };
}

function showNotification(org: string, incidents: readonly Incident[], open: (number: number) => void) {
  const [first] = incidents;
  if (first === undefined || notificationPermission() !== "granted") return;
  const { title, body } = notificationText(incidents, first);
  // Several tabs use the same tag, so that the browser shows one notification.
  const notification = new Notification(title, {
    body,
    tag: `${org} ${first.number} ${first.reopened_count}`,
  });
  notification.onclick = () => {
    window.focus();
    open(first.number);
    notification.close();
  };
}

function AlertSwitches() {
  const settings = useAlertSettings();
  const [permission, setPermission] = useState(notificationPermission);
  const obstacle = obstacles[permission];
  const setDesktop = async (isOn: boolean) => {
    if (!isOn) return setAlertSettings({ ...settings, desktop: false });
    const answer = permission === "default" ? await Notification.requestPermission() : permission;
    setPermission(answer);
    setAlertSettings({ ...settings, desktop: answer === "granted" });
  };
  const setSound = (isOn: boolean) => {
    setAlertSettings({ ...settings, sound: isOn });
    if (isOn) playSound();
  };
  return (
    <section className={css.menu} aria-label="Alerts">
      <PendingApprovals />
      <strong>When an incident opens or reopens</strong>
      <Switch
        label="Desktop notification"
        description={obstacle ?? "While this page is open in a tab."}
        disabled={obstacle !== undefined}
        checked={settings.desktop && obstacle === undefined}
        onChange={(event) => void setDesktop(event.currentTarget.checked)}
      />
      <Switch
        label="Sound"
        description="Click anywhere after loading the page: browsers play no sound before."
        checked={settings.sound}
        onChange={(event) => setSound(event.currentTarget.checked)}
      />
      <Switch
        label="Only my services"
        description="Those of which you are an owner."
        checked={settings.mine}
        onChange={(event) => setAlertSettings({ ...settings, mine: event.currentTarget.checked })}
      />
      {settings.sound ? (
        <Button variant="default" size="compact-sm" onClick={playSound}>
          Play sound
        </Button>
      ) : null}
      <p className={css.hint}>In this browser only. It does not replace a pager.</p>
    </section>
  );
}

/** The bell: alerts about new incidents. */
export function AlertMenu() {
  const { slug: org } = useOrg();
  const navigate = useNavigate();
  const { desktop, sound, mine } = useAlertSettings();
  const services = useMyServices(org);
  // An owner of nothing hears of everything.
  const scope = mine && services && services.length > 0 ? services : undefined;
  const isOn = desktop || sound;
  const waiting = usePendingApprovals();
  const label = `Alerts: ${isOn ? "on" : "off"}${waiting > 0 ? `; calls that wait for your approval: ${waiting}` : ""}`;
  const openIncident = (number: number) =>
    void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
  useNewIncidents(org, isOn, scope, (incidents) => {
    if (sound) playSound();
    if (desktop) showNotification(org, incidents, openIncident);
  });
  return (
    <Popover position="bottom-end" width={300} trapFocus withRoles={false}>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={label}
          title={label}
          aria-haspopup="true"
        >
          <Indicator disabled={waiting === 0} size={8} color="red.9">
            {isOn ? <BellIcon /> : <BellOffIcon />}
          </Indicator>
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <AlertSwitches />
      </Popover.Dropdown>
    </Popover>
  );
}
