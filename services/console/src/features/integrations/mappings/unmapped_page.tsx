import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { integrationsQuery, servicesQuery, unmappedQuery } from "../../../api/queries";
import { formatCount } from "../../../ui/format";
import { Page } from "../../../ui/page";
import rows from "../../../ui/rows.module.css";
import { EmptyState, ErrorNotice, Freshness, Loaded } from "../../../ui/states";
import { IntegrationTabs } from "../integration_tabs";
import shared from "../integrations.module.css";
import { integrationName } from "../labels";
import { type Drafts, useDrafts } from "./drafts";
import { BulkMapping, MatchByName, NewServiceDialog, ProjectSearch, SaveBar } from "./list_controls";
import css from "./mappings.module.css";
import { canBeMapped, keyOf, type NewMapping, nameOf, type Unmapped, useMapAndReplay } from "./unmapped_api";
import { UnmappedResult } from "./unmapped_result";
import { UnmappedRow } from "./unmapped_row";

type Service = Schemas["Service"];

/** Keeps the order in which projects were first shown, so that no row moves. New projects come last. */
function useStableOrder(items: readonly Unmapped[]) {
  const positions = useRef(new Map<string, number>());
  return useMemo(() => {
    for (const item of items) {
      const key = keyOf(item);
      if (!positions.current.has(key)) positions.current.set(key, positions.current.size);
    }
    const positionOf = (item: Unmapped) => positions.current.get(keyOf(item)) ?? 0;
    return items.toSorted((a, b) => positionOf(a) - positionOf(b));
  }, [items]);
}

/** The services that the server suggests, by project, without archived ones. */
function suggestionsOf(items: readonly Unmapped[], services: readonly Service[]) {
  const usable = new Set(services.filter(({ archived_at }) => archived_at === null).map(({ id }) => id));
  return new Map(
    items.flatMap((item) => {
      const { suggested_service: suggestion } = item;
      return suggestion && usable.has(suggestion.id) ? [[keyOf(item), suggestion] as const] : [];
    }),
  );
}

type Suggestions = ReturnType<typeof suggestionsOf>;

/** Suggestions with the same slug. For those that are only similar, the user decides in each row. */
const sameNamed = (items: readonly Unmapped[], suggestions: Suggestions, drafts: Drafts) =>
  items.flatMap((item) => {
    const key = keyOf(item);
    const suggestion = suggestions.get(key);
    return suggestion?.slug === item.project.slug && !drafts.drafts.has(key)
      ? [[key, suggestion.id] as const]
      : [];
  });

function saveLabel(mappings: readonly NewMapping[]) {
  const held = mappings.reduce((sum, { item }) => sum + item.deliveries, 0);
  return `Map ${formatCount(mappings.length, "project")} and replay ${formatCount(held, "held delivery", "held deliveries")}`;
}

interface RowListProps {
  items: readonly Unmapped[];
  listed: readonly Unmapped[];
  services: readonly Service[];
  suggestions: Suggestions;
  sentryOrgs: ReadonlyMap<string, string>;
  drafts: Drafts;
  isDisabled: boolean;
}

function RowList({ items, listed, services, suggestions, sentryOrgs, drafts, isDisabled }: RowListProps) {
  const org = useOrg();
  const isAdmin = org.can("admin");
  const { select, choose } = drafts;
  const inList = new Set(listed);
  const onSelect = useCallback((item: Unmapped, isOn: boolean) => select([keyOf(item)], isOn), [select]);
  const onChoose = useCallback((item: Unmapped, service: string) => choose([keyOf(item)], service), [choose]);
  return (
    <ul className={rows.list} aria-label="Unmapped projects">
      {items.map((item) => {
        const key = keyOf(item);
        return (
          <UnmappedRow
            key={key}
            org={org.slug}
            item={item}
            services={services}
            suggestion={suggestions.get(key)}
            sentryOrg={sentryOrgs.get(item.integration_id)}
            draft={isAdmin && canBeMapped(item) ? (drafts.drafts.get(key) ?? "") : null}
            isSelected={drafts.selected.has(key)}
            isDisabled={isDisabled}
            isHidden={!inList.has(item)}
            onSelect={onSelect}
            onChoose={onChoose}
          />
        );
      })}
    </ul>
  );
}

/** The names of the Sentry organizations, by integration. */
const sentryOrgsOf = (integrations: readonly Schemas["Integration"][]) =>
  new Map(integrations.map((integration) => [integration.id, integrationName(integration)]));

const matches = (item: Unmapped, sentryOrgs: ReadonlyMap<string, string>, words: string) =>
  `${nameOf(item)} ${item.project.id ?? ""} ${item.requested_service ?? ""} ${sentryOrgs.get(item.integration_id) ?? ""}`
    .toLowerCase()
    .includes(words);

/** The drafts of the projects that are still unmapped. */
const newMappings = (items: readonly Unmapped[], drafts: Drafts) =>
  items.flatMap((item): NewMapping[] => {
    const service = drafts.drafts.get(keyOf(item));
    return service === undefined ? [] : [{ item, service }];
  });

interface InboxProps {
  items: readonly Unmapped[];
  services: readonly Service[];
  integrations: readonly Schemas["Integration"][];
  map: ReturnType<typeof useMapAndReplay>;
}

function Inbox({ items: unordered, services, integrations, map }: InboxProps) {
  const org = useOrg();
  const isAdmin = org.can("admin");
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed).trim().toLowerCase();
  const items = useStableOrder(unordered);
  const drafts = useDrafts();
  const suggestions = useMemo(() => suggestionsOf(items, services), [items, services]);
  const sentryOrgs = useMemo(() => sentryOrgsOf(integrations), [integrations]);
  const listed = items.filter((item) => matches(item, sentryOrgs, words));
  const mappings = newMappings(items, drafts);
  const isDisabled = map.isPending;
  const { progress } = map;
  const onlyKey = drafts.newServiceFor?.length === 1 ? drafts.newServiceFor[0] : undefined;
  const onlyItem = items.find((item) => keyOf(item) === onlyKey);
  const suggestedName = onlyItem ? nameOf(onlyItem) : "";
  return (
    <section className={css.inbox} aria-label="Inbox">
      <div className={css.toolbar} data-top>
        <ProjectSearch value={typed} onChange={setTyped} />
        <span role="status" className={shared.dimmed}>
          {words === "" ? `${items.length} unmapped` : `${listed.length} of ${items.length}`}
        </span>
        {isAdmin ? (
          <MatchByName
            matches={sameNamed(items, suggestions, drafts)}
            disabled={isDisabled}
            onMatch={drafts.addDrafts}
          />
        ) : null}
      </div>
      {isAdmin ? (
        <BulkMapping
          projects={items.filter(canBeMapped).map(keyOf)}
          listed={listed.filter(canBeMapped).map(keyOf)}
          services={services}
          drafts={drafts}
          disabled={isDisabled}
        />
      ) : null}
      {listed.length === 0 ? <p className={rows.empty}>No matches</p> : null}
      <RowList {...{ items, listed, services, suggestions, sentryOrgs, drafts, isDisabled }} />
      <SaveBar
        isOpen={mappings.length > 0}
        label={
          progress ? `Replaying held deliveries: ${progress.done} of ${progress.total}` : saveLabel(mappings)
        }
        isPending={isDisabled}
        showsProgress={progress !== undefined}
        onSave={() => map.mutate({ mappings }, { onSuccess: drafts.clear })}
        onDiscard={drafts.clear}
      />
      <NewServiceDialog drafts={drafts} suggestedName={suggestedName} />
    </section>
  );
}

const none: readonly never[] = [];

export function UnmappedPage() {
  const { slug: org } = useOrg();
  const query = useQuery(unmappedQuery(org));
  const services = useQuery(servicesQuery(org));
  const integrations = useQuery(integrationsQuery(org));
  const map = useMapAndReplay(org);
  return (
    <Page
      title="Unmapped projects"
      aside={<Freshness at={query.dataUpdatedAt} failing={query.failureCount > 0} live />}
    >
      <IntegrationTabs />
      {map.isError ? <ErrorNotice error={map.error} onClose={() => map.reset()} /> : null}
      {map.data ? (
        <UnmappedResult
          result={map.data}
          onRetry={(mappings) => map.mutate({ mappings, replayOnly: true })}
          onClose={() => map.reset()}
        />
      ) : null}
      <Loaded query={query} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No unmapped projects">
              All projects that sent deliveries are mapped to services. Projects without a mapping are listed
              here, and their deliveries are held until you map them.
            </EmptyState>
          ) : (
            <Inbox
              items={items}
              services={services.data ?? none}
              integrations={integrations.data ?? none}
              map={map}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
