import { Button, Container } from "@mantine/core";
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

/** In place of a page whose code could not be loaded. */
export const MissingPage = () => (
  <Page title="This page could not be loaded">
    <p role="alert">
      Check your network connection. If it works, Tocsin may have been upgraded: reload to get the current
      version.
    </p>
    <Button variant="default" size="sm" w="fit-content" onClick={() => window.location.reload()}>
      Reload
    </Button>
  </Page>
);
