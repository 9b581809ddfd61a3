#include "ingest/batch_rows.hpp"

#include "ingest/webhook_subject.hpp"

#include <utility>

namespace tocsin::incidents {

namespace {

/// A duplicate has no body of its own, and the code of a grant is a secret.
bool keeps_body(prepared_delivery const& prepared, outcome result) {
    auto const* change = std::get_if<sentry::installation_change>(&prepared.delivery.webhook.what);
    return result != outcome::duplicate && !(change && !change->code.empty());
}

}  // namespace

new_delivery row_of(prepared_delivery const& prepared, receiver const& target) {
    auto const& delivery = prepared.delivery;
    auto const& webhook = delivery.webhook;
    auto project = project_of(webhook);
    bool const is_other = webhook.resource == sentry::resource::other;
    return {
        .organization = target.organization,
        .id = prepared.id,
        .integration = target.integration,
        .resource = is_other ? std::string_view(webhook.resource_name) : to_string(webhook.resource),
        .action = webhook.action,
        .project_id = std::move(project.id),
        .project_slug = std::move(project.slug),
        .request_id = delivery.request_id,
        .hook_timestamp = delivery.hook_timestamp,
        .signing_key = delivery.signing_key,
        .size = static_cast<std::int64_t>(delivery.body.size()),
        .cut = webhook.cut,
        .body_hash = &prepared.body_hash
    };
}

void set_outcome(new_delivery& row, prepared_delivery const& prepared, outcome result, std::string rule) {
    row.outcome = result;
    row.rule = std::move(rule);
    if (keeps_body(prepared, result)) row.body = as_bytes(prepared.delivery.body);
}

new_incident new_row_of(
    source_key const& key, tracked_incident const& incident, new_delivery const& delivery
) {
    return {
        .organization = key.organization,
        .number = incident.is.number,
        .integration = key.integration,
        .source_kind = key.kind,
        .source_id = key.id,
        .project_id = delivery.project_id,
        .project_slug = delivery.project_slug,
        .previous_number = incident.previous_number,
        .state = &incident.is.state
    };
}

// Rules and regressions are Sentry's own actions, even if the webhook names another actor.
actor actor_of(sentry::webhook const& webhook) {
    return {actor_kind::sentry, webhook.actor.type == "user" ? webhook.actor.name : "Sentry", std::nullopt};
}

}  // namespace tocsin::incidents
