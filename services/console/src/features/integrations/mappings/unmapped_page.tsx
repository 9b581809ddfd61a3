import { Button, Checkbox, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { integrationsQuery, servicesQuery, unmappedQuery } from "../../../api/queries";
import { SearchIcon } from "../../../ui/icons";
import { Page } from "../../../ui/page";
import { ServiceForm } from "../../../ui/service_form";
import { AsOf, Empty, Loaded, Refusal } from "../../../ui/states";
import shared from "../integrations.module.css";
import { integrationName } from "../labels";
import { SectionLinks } from "../section_links";
import css from "./mappings.module.css";
import { new_service, ServiceChoice } from "./service_choice";
import { keyOf, nameOf, type Unmapped, useMapAndRun, type Wish } from "./unmapped_api";
import { UnmappedResult } from "./unmapped_result";
import { UnmappedRow } from "./unmapped_row";

type Service = Schemas["Service"];

/** Keeps the order in which projects were first shown: none moves under the pointer; new ones come last. */
function useSteadyOrder(items: readonly Unmapped[]) {
  const places = useRef(new Map<string, number>());
  return useMemo(() => {
    for (const item of items) {
      const key = keyOf(item);
      if (!places.current.has(key)) places.current.set(key, places.current.size);
    }
    const place = (item: Unmapped) => places.current.get(keyOf(item)) ?? 0;
    return items.toSorted((one, other) => place(one) - place(other));
  }, [items]);
}

/** The service whose name is like the project's, where it can still be chosen. */
function suggestionsOf(items: readonly Unmapped[], services: readonly Service[]) {
  const usable = new Set(services.filter(({ archived_at }) => archived_at === null).map(({ id }) => id));
  return new Map(
    items.flatMap((item) => {
      const { suggested_service: suggested } = item;
      return suggested && usable.has(suggested.id) ? [[keyOf(item), suggested] as const] : [];
    }),
  );
}

/** What was chosen for which project, until it is saved. */
function useDrafts(items: readonly Unmapped[]) {
  const [drafts, setDrafts] = useState<ReadonlyMap<string, string>>(new Map());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const draft = useCallback(
    (all: readonly (readonly [string, string])[]) =>
      setDrafts((old) => {
        const next = new Map(old);
        for (const [key, service] of all) {
          if (service === "") next.delete(key);
          else next.set(key, service);
        }
        return next;
      }),
    [],
  );
  const select = useCallback(
    (all: readonly string[], on: boolean) =>
      setSelected((old) => {
        const next = new Set(old);
        for (const key of all) {
          if (on) next.add(key);
          else next.delete(key);
        }
        return next;
      }),
    [],
  );
  const forget = () => {
    setDrafts(new Map());
    setSelected(new Set());
  };
  const wishes: Wish[] = items.flatMap((item) => {
    const service = drafts.get(keyOf(item));
    return service === undefined ? [] : [{ item, service }];
  });
  // One that was mapped elsewhere meanwhile is selected no more.
  const chosen = items.filter((item) => selected.has(keyOf(item))).map(keyOf);
  return { drafts, selected, chosen, wishes, draft, select, forget };
}

function commitLabel(wishes: readonly Wish[]) {
  const held = wishes.reduce((sum, { item }) => sum + item.deliveries, 0);
  return `Map ${wishes.length} ${wishes.length === 1 ? "project" : "projects"} and run ${held.toLocaleString("en-GB")} held`;
}

interface InboxProps {
  items: readonly Unmapped[];
  services: readonly Service[];
  integrations: readonly Schemas["Integration"][];
  work: ReturnType<typeof useMapAndRun>;
}

function Inbox({ items: unordered, services, integrations, work }: InboxProps) {
  const org = useOrg();
  const admin = org.can("admin");
  const [wanted, setWanted] = useState("");
  const soon = useDeferredValue(wanted).trim().toLowerCase();
  const [makingFor, setMakingFor] = useState<readonly string[] | null>(null);
  const items = useSteadyOrder(unordered);
  const { drafts, selected, chosen, wishes, draft, select, forget } = useDrafts(items);
  const suggestions = useMemo(() => suggestionsOf(items, services), [items, services]);
  const froms = useMemo(
    () => new Map(integrations.map((each) => [each.id, integrationName(each)])),
    [integrations],
  );
  // One of a name that is only alike is for a person to judge, row by row.
  const sameNamed = items.flatMap((item) => {
    const key = keyOf(item);
    const suggested = suggestions.get(key);
    return suggested?.slug === item.project.slug && !drafts.has(key) ? [[key, suggested.id] as const] : [];
  });
  const listed = items.filter((item) =>
    `${nameOf(item)} ${item.project.id ?? ""} ${froms.get(item.integration_id) ?? ""}`
      .toLowerCase()
      .includes(soon),
  );
  const inList = new Set(listed);
  const listedKeys = listed.map(keyOf);
  const listedSelected = listedKeys.filter((key) => selected.has(key)).length;

  const choose = useCallback(
    (all: readonly string[], service: string) => {
      if (service === new_service) setMakingFor(all);
      else draft(all.map((key) => [key, service] as const));
    },
    [draft],
  );
  const onSelect = useCallback((item: Unmapped, on: boolean) => select([keyOf(item)], on), [select]);
  const onChoose = useCallback((item: Unmapped, service: string) => choose([keyOf(item)], service), [choose]);
  const only = makingFor?.length === 1 ? items.find((item) => keyOf(item) === makingFor[0]) : undefined;

  return (
    <section className={css.inbox} aria-label="Inbox">
      <div className={css.toolbar} data-top>
        <TextInput
          className={css.search ?? ""}
          type="search"
          aria-label="Find projects"
          placeholder="Find projects"
          leftSection={<SearchIcon size={16} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <span role="status" className={shared.dimmed}>
          {soon === "" ? `${items.length} unmapped` : `${listed.length} of ${items.length}`}
        </span>
        {admin && sameNamed.length > 0 ? (
          <Button variant="default" size="sm" disabled={work.isPending} onClick={() => draft(sameNamed)}>
            Choose same-named services ({sameNamed.length})
          </Button>
        ) : null}
      </div>
      {admin ? (
        <div className={css.bulk}>
          <Checkbox
            label={chosen.length > 0 ? `${chosen.length} selected` : "Select all"}
            aria-label="Select all projects in the list"
            disabled={work.isPending}
            checked={listed.length > 0 && listedSelected === listed.length}
            indeterminate={listedSelected > 0 && listedSelected < listed.length}
            onChange={(event) => select(listedKeys, event.currentTarget.checked)}
          />
          <ServiceChoice
            label="Service for the selected projects"
            placeholder="Service for the selected…"
            services={services}
            value=""
            disabled={chosen.length === 0 || work.isPending}
            onChoose={(service) => choose(chosen, service)}
          />
        </div>
      ) : null}
      {listed.length === 0 ? <p className={css.empty}>No project fits.</p> : null}
      <ul className={css.projects} aria-label="Unmapped projects">
        {items.map((item) => {
          const key = keyOf(item);
          return (
            <UnmappedRow
              key={key}
              org={org.slug}
              item={item}
              services={services}
              suggestion={suggestions.get(key)}
              from={froms.get(item.integration_id)}
              draft={admin ? (drafts.get(key) ?? "") : null}
              selected={selected.has(key)}
              busy={work.isPending}
              hidden={!inList.has(item)}
              onSelect={onSelect}
              onChoose={onChoose}
            />
          );
        })}
      </ul>
      <div role="status" className={css.saveBar} data-open={wishes.length > 0 || undefined}>
        {wishes.length > 0 ? (
          <>
            <Button
              loading={work.isPending && work.progress === undefined}
              disabled={work.isPending}
              onClick={() => work.mutate({ wishes }, { onSuccess: forget })}
            >
              {work.progress
                ? `Running what was held: ${work.progress.done} of ${work.progress.of}`
                : commitLabel(wishes)}
            </Button>
            <Button variant="default" disabled={work.isPending} onClick={forget}>
              Discard
            </Button>
          </>
        ) : null}
      </div>
      {makingFor ? (
        <ServiceForm
          org={org.slug}
          {...(only ? { suggested: nameOf(only) } : {})}
          onClose={() => setMakingFor(null)}
          onSaved={(service) => choose(makingFor, service.id)}
        />
      ) : null}
    </section>
  );
}

const none: readonly never[] = [];

export function UnmappedPage() {
  const { slug: org } = useOrg();
  const query = useQuery(unmappedQuery(org));
  const services = useQuery(servicesQuery(org));
  const integrations = useQuery(integrationsQuery(org));
  const work = useMapAndRun(org);
  return (
    <Page
      title="Unmapped projects"
      aside={<AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} live />}
    >
      <SectionLinks />
      {work.isError ? <Refusal error={work.error} onClose={() => work.reset()} /> : null}
      {work.data ? (
        <UnmappedResult
          result={work.data}
          onRetry={(wishes) => work.mutate({ wishes, already: true })}
          onClose={() => work.reset()}
        />
      ) : null}
      <Loaded query={query} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="Nothing is unmapped">
              Every project that has sent something leads to a service. Projects that report without a mapping
              gather here, and what they sent is kept.
            </Empty>
          ) : (
            <Inbox
              items={items}
              services={services.data ?? none}
              integrations={integrations.data ?? none}
              work={work}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
