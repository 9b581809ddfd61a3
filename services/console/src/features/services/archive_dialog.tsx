import { Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import { TextLink } from "../../ui/text_link";

interface ArchiveDialogProps {
  service: Schemas["Service"];
  onClose: () => void;
}

export function ArchiveDialog({ service, onClose }: ArchiveDialogProps) {
  const { slug: org } = useOrg();
  const queries = useQueryClient();
  const archive = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/orgs/{org}/services/{id}", { params: { path: { org, id: service.id } } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.services(org) });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Archive ${service.name}?`}
      action="Archive"
      destructive
      focusCancel
      submission={archive}
      onSubmit={() => archive.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Its incidents stay and can still be viewed. New projects cannot be mapped to it, and it is no longer
        offered as a choice.
      </Text>
      {submissionProblem(archive)?.code === "in_use" ? (
        <Text size="sm">
          A Sentry project is still mapped to this service. First map the project to another service, or unmap
          it, on the page of{" "}
          <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
            the integration
          </TextLink>
          .
        </Text>
      ) : null}
    </FormDialog>
  );
}
