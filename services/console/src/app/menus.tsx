import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createLink, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../api/client";
import { useOrg } from "../api/org";
import { sessionQuery } from "../api/queries";
import { AccountIcon, DownIcon, MoonIcon, SignOutIcon, SunIcon } from "../ui/icons";
import css from "./shell.module.css";

const MenuLink = createLink(({ children, ...props }: { children?: ReactNode }) => (
  <Menu.Item component="a" {...props}>
    {children}
  </Menu.Item>
));

export function OrganizationMenu() {
  const org = useOrg();
  const { data } = useQuery(sessionQuery);
  const others = data?.orgs.filter(({ slug }) => slug !== org.slug) ?? [];
  if (others.length === 0) return <span className={css.org}>{org.name}</span>;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={css.orgButton} aria-label={`Switch organization: ${org.name}`}>
          <span className={css.orgName}>{org.name}</span> <DownIcon size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your organizations</Menu.Label>
        {others.map(({ slug, name }) => (
          <MenuLink key={slug} to="/o/$org/incidents" params={{ org: slug }}>
            {name}
          </MenuLink>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function ColorSchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const target = isDark ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Use ${target} colors`}
      title={`Use ${target} colors`}
      onClick={() => setColorScheme(target)}
    >
      {isDark ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}

export function AccountMenu({ isMember }: { isMember: boolean }) {
  const { slug: org } = useOrg();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(sessionQuery);
  const signOut = useMutation({
    mutationFn: () => api.DELETE("/api/v1/session"),
    onSuccess: async () => {
      await navigate({ to: "/login", search: {} });
      queries.clear();
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Your account"
          title={data ? `Signed in as ${data.user.email}` : "Your account"}
          loading={signOut.isPending}
        >
          <AccountIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.email ?? ""}>{data?.user.email}</Menu.Label>
        {isMember ? (
          <>
            <MenuLink to="/o/$org/account" params={{ org }}>
              Account settings
            </MenuLink>
            <MenuLink to="/o/$org/paging" params={{ org }}>
              Paging
            </MenuLink>
            <MenuLink to="/o/$org/people" params={{ org }}>
              People in this organization
            </MenuLink>
          </>
        ) : null}
        <Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
