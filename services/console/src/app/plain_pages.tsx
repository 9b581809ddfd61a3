import { Container } from "@mantine/core";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import { TextLink } from "../ui/text_link";

export function Lost() {
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="Not found">
        <Empty title="There is no such page">
          <TextLink to="/">Go to the start</TextLink>
        </Empty>
      </Page>
    </Container>
  );
}

export function Homeless() {
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="No organization">
        <Empty title="You are not a member of any organization">
          Ask an admin of your organization to invite you with this e-mail address.
        </Empty>
      </Page>
    </Container>
  );
}
