import { useCallback, useState } from "react";
import { new_service } from "./service_select";

/** Project, service. */
type Draft = readonly [string, string];

/**
 * Services that were chosen for projects and are not saved yet, and the selected projects. Projects are named by a key. The
 * functions are stable, so that only changed rows render again.
 */
export function useDrafts() {
  const [drafts, setDrafts] = useState<ReadonlyMap<string, string>>(new Map());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  /** The projects that the new service is for, while its dialog is open. */
  const [newServiceFor, setNewServiceFor] = useState<readonly string[]>();

  const addDrafts = useCallback(
    (added: readonly Draft[]) =>
      setDrafts((old) => {
        const next = new Map(old);
        for (const [project, service] of added) {
          if (service === "") next.delete(project);
          else next.set(project, service);
        }
        return next;
      }),
    [],
  );
  const choose = useCallback(
    (projects: readonly string[], service: string) => {
      if (service === new_service) setNewServiceFor(projects);
      else addDrafts(projects.map((project) => [project, service]));
    },
    [addDrafts],
  );
  const select = useCallback(
    (projects: readonly string[], isOn: boolean) =>
      setSelected((old) => {
        const next = new Set(old);
        for (const project of projects) {
          if (isOn) next.add(project);
          else next.delete(project);
        }
        return next;
      }),
    [],
  );
  const clear = () => {
    setDrafts(new Map());
    setSelected(new Set());
  };
  const closeNewService = () => setNewServiceFor(undefined);
  return { drafts, selected, newServiceFor, addDrafts, choose, select, clear, closeNewService };
}

export type Drafts = ReturnType<typeof useDrafts>;
