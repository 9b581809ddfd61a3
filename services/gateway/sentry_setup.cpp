#include "gateway/sentry_setup.hpp"

#include "gateway/embedded.hpp"

#include <tocsin/json/writer.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace tocsin::gateway {

namespace {

struct permission {
    std::string_view name;
    std::string_view level;
    std::string_view scope;
};

// In the words of Sentry's form.
constexpr std::array<permission, 4> permissions{{
    {"Organization", "Read", "org:read"},
    {"Project", "Read", "project:read"},
    {"Team", "Read", "team:read"},
    {"Issue & Event", "Read", "event:read"},
}};

struct mode_setup {
    integrations::mode mode;
    bool has_redirect = false;
    bool verify_install = false;
    std::initializer_list<std::string_view> notes;
};

void write_permissions(json::writer& out) {
    out.name("permissions").begin_array();
    for (auto const& each : permissions)
        out.begin_object()
            .field("name", each.name)
            .field("level", each.level)
            .field("scope", each.scope)
            .end_object();
    out.end_array();
}

/// The addresses in it are those of the deployment, or contain the placeholder {integration_id}.
std::string alert_action_schema(bool shared) {
    std::string schema(
        embedded::text_of(embedded::sentry_app_schema_json, embedded::sentry_app_schema_json_size)
    );
    constexpr std::string_view start = "\"/sentry/", insertion = "{integration_id}/";
    for (auto at = shared ? std::string::npos : schema.find(start); at != std::string::npos;
         at = schema.find(start, at + start.size()))
        schema.insert(at + start.size(), insertion);
    return schema;
}

void write_mode(json::writer& out, deployment_facts const& deployment, mode_setup const& setup) {
    using integrations::mode;
    std::string const webhooks = deployment.public_url.str() + "/webhooks/sentry";
    bool const shared = setup.mode == mode::public_;
    out.begin_object()
        .field("mode", to_string(setup.mode))
        .field("configured", deployment.registered.offers(setup.mode))
        .field(
            "redirect_url",
            setup.has_redirect ? std::optional(deployment.registered.redirect_uri) : std::nullopt
        )
        .field("webhook_url", shared ? std::optional(webhooks) : std::nullopt)
        .field("webhook_url_pattern", shared ? std::nullopt : std::optional(webhooks + "/{integration_id}"))
        .field("verify_install", setup.verify_install);
    write_permissions(out);
    out.name("resources").begin_array();
    for (auto const* each : {"issue", "error", "comment"}) out.text(each);
    out.end_array();
    out.name("alert_action_schema").raw(alert_action_schema(shared));
    out.name("notes").begin_array();
    for (auto const note : setup.notes) out.text(note);
    out.end_array().end_object();
}

}  // namespace

std::string describe_setup(deployment_facts const& deployment) {
    using integrations::mode;
    json::writer out;
    out.begin_object()
        .field("public_url", deployment.public_url.str())
        .field("sentry_url", deployment.sentry_url.str())
        .name("modes")
        .begin_array();
    write_mode(
        out,
        deployment,
        {mode::public_,
         true,
         true,
         {"Until Sentry has published a public integration, only the organization that owns it can install it.",
          "Sentry retries webhooks only for published integrations: at most three times, five minutes apart.",
          "The error resource requires Sentry's Business plan or higher."}}
    );
    write_mode(
        out,
        deployment,
        {mode::oauth,
         true,
         false,
         {"Register the full redirect URL, because Sentry accepts every URL that begins with the registered one.",
          "An OAuth application sends no webhooks. Each connected organization also creates an internal integration in Sentry that posts to its own webhook URL, and enters the client secret here.",
          "Sentry does not retry webhooks of internal integrations."}}
    );
    write_mode(
        out,
        deployment,
        {mode::internal,
         false,
         false,
         {"Each organization creates its own, in Sentry under Settings, Developer Settings. Create a token there, and enter it here with the client secret. Tocsin then shows the webhook URL.",
          "Sentry does not retry webhooks of internal integrations."}}
    );
    return out.end_array().end_object().take();
}

}  // namespace tocsin::gateway
