import { Container } from "@mantine/core";
import { Page } from "../ui/page";
import { EmptyState } from "../ui/states";
import { TextLink } from "../ui/text_link";

export function NotFound() {
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="Not found">
        <EmptyState title="This page does not exist">
          <TextLink to="/">Go to the start page</TextLink>
        </EmptyState>
      </Page>
    </Container>
  );
}

export function NoOrganization() {
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="No organization">
        <EmptyState title="You are not a member of any organization">
          Ask an admin of your organization to invite you with this email address.
        </EmptyState>
      </Page>
    </Container>
  );
}
