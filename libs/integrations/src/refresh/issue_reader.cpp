#include "refresh/sentry_access.hpp"

#include <tocsin/integrations/issue_reader.hpp>

namespace tocsin::integrations {

async::task<result<sentry::issue>> issue_reader::find(
    organization_id org, integration_id id, std::string issue
) {
    sentry_access const access{pool_, vault_, refresher_};
    auto sentry = sentry_.on_behalf_of({org, id, sentry::call_priority::background});
    auto const call = [&sentry, issue](sentry_access::grant grant) {
        return sentry.find_issue({grant.organization}, issue, std::move(grant.token));
    };
    auto answered = co_await access.call<sentry::issue>(org, id, call);
    if (!answered) co_return answered.error();
    if (!*answered && answered->error().kind == sentry::failure_kind::gone) {
        // Sentry answers 404 also where it does not find the organization, and where the token may not see
        // it.
        auto const organization = co_await access.find_organization(sentry, org, id);
        if (!organization) co_return organization.error();
        if (!*organization)
            co_return sentry::to_error(organization->error(), "for the organization of an issue");
        co_return error{errc::not_found, "Sentry does not have this issue."};
    }
    if (!*answered) co_return sentry::to_error(answered->error(), "to read an issue");
    co_return std::move(**answered);
}

async::task<result<std::string>> issue_reader::newest_environment(
    organization_id org, integration_id id, std::string issue
) {
    sentry_access const access{pool_, vault_, refresher_};
    auto sentry = sentry_.on_behalf_of({org, id, sentry::call_priority::background});
    auto const call = [&sentry, issue](sentry_access::grant grant) {
        return sentry.latest_event({grant.organization}, issue, std::move(grant.token));
    };
    auto answered = co_await access.call<sentry::stored_event>(org, id, call);
    if (!answered) co_return answered.error();
    if (!*answered && answered->error().kind == sentry::failure_kind::gone)
        co_return error{errc::not_found, "Sentry does not have an event of this issue."};
    if (!*answered) co_return sentry::to_error(answered->error(), "to read the newest event of an issue");
    co_return (**answered).environment;
}

}  // namespace tocsin::integrations
