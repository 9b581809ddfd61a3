import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { servicesQuery } from "../../api/queries";
import { optionsOf, severity_labels } from "../../api/vocabulary";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";

type ManualIncident = Schemas["ManualIncident"];

function useOpenIncident(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: ManualIncident) =>
      body(api.POST("/api/v1/orgs/{org}/incidents", { params: { path: { org } }, body: wanted })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.incidentPoll(org) }),
  });
}

interface ServiceFieldProps {
  org: string;
  value: string;
  error: string | undefined;
  onChange: (id: string) => void;
}

function ServiceField({ org, value, error, onChange }: ServiceFieldProps) {
  const { data: services = [] } = useQuery(servicesQuery(org));
  const active = services.filter(({ archived_at }) => archived_at === null);
  return (
    <NativeSelect
      label="Service"
      required
      value={value}
      error={error}
      data={[
        { value: "", label: "Choose a service" },
        ...active.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Opens an incident that Sentry does not know of. */
export function NewIncidentDialog({ org, onClose }: { org: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const [service, setService] = useState("");
  const [severity, setSeverity] = useState<Schemas["Severity"]>("error");
  const [note, setNote] = useState("");
  const opening = useOpenIncident(org);
  const problem = submissionProblem(opening);
  const submit = () =>
    opening.mutate(
      { title: title.trim(), service_id: service, severity, ...(note.trim() ? { note: note.trim() } : {}) },
      {
        onSuccess: ({ number }) => {
          onClose();
          void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
        },
      },
    );
  return (
    <FormDialog
      title="New incident"
      action="Open incident"
      disabled={title.trim() === "" || service === ""}
      submission={opening}
      fields={["title", "service_id", "severity", "note"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Title"
        required
        data-autofocus
        maxLength={500}
        value={title}
        error={problem?.field("title")}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <ServiceField org={org} value={service} error={problem?.field("service_id")} onChange={setService} />
      <NativeSelect
        label="Severity"
        value={severity}
        data={optionsOf(severity_labels)}
        onChange={(event) => setSeverity(event.currentTarget.value as Schemas["Severity"])}
      />
      <Textarea
        label="Note"
        autosize
        minRows={2}
        maxLength={10_000}
        value={note}
        error={problem?.field("note")}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
