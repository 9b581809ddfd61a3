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

// As Sentry's form names them.
constexpr std::array<permission, 4> permissions{{
    {"Organization", "Read", "org:read"},
    {"Project", "Read", "project:read"},
    {"Team", "Read", "team:read"},
    {"Issue & Event", "Read", "event:read"},
}};

struct mode_text {
    integrations::mode mode;
    bool redirects = false;
    bool verify_install = false;
    bool ui_component = false;
    std::initializer_list<std::string_view> notes;
};

void write_permissions(json::writer& out) {
    out.name("permissions").begin_array();
    for (auto const& one : permissions)
        out.begin_object()
            .field("name", one.name)
            .field("level", one.level)
            .field("scope", one.scope)
            .end_object();
    out.end_array();
}

void write_mode(json::writer& out, setup_facts const& of, mode_text const& text) {
    using integrations::mode;
    std::string const webhooks = of.public_url.str() + "/webhooks/sentry";
    bool const shared = text.mode == mode::public_;
    out.begin_object()
        .field("mode", to_string(text.mode))
        .field("configured", of.registered.offers(text.mode))
        .field("redirect_url", text.redirects ? std::optional(of.registered.redirect_uri) : std::nullopt)
        .field("webhook_url", shared ? std::optional(webhooks) : std::nullopt)
        .field("webhook_url_pattern", shared ? std::nullopt : std::optional(webhooks + "/{integration_id}"))
        .field("verify_install", text.verify_install);
    write_permissions(out);
    out.name("resources").begin_array();
    for (auto const* each : {"issue", "error", "comment"}) out.text(each);
    out.end_array();
    out.name("alert_action_schema");
    if (text.ui_component)
        out.raw(embedded::text_of(embedded::sentry_app_schema_json, embedded::sentry_app_schema_json_size));
    else
        out.null();
    out.name("notes").begin_array();
    for (auto const note : text.notes) out.text(note);
    out.end_array().end_object();
}

}  // namespace

std::string describe_setup(setup_facts const& of) {
    using integrations::mode;
    json::writer out;
    out.begin_object()
        .field("public_url", of.public_url.str())
        .field("sentry_url", of.sentry_url.str())
        .name("modes")
        .begin_array();
    write_mode(
        out,
        of,
        {mode::public_,
         true,
         true,
         true,
         {"Until Sentry has published it, a public integration installs only on the organization that owns "
          "it.",
          "Sentry delivers a webhook again only for published integrations: at most three times, five "
          "minutes apart.",
          "The error resource needs Sentry's Business plan or higher."}}
    );
    write_mode(
        out,
        of,
        {mode::oauth,
         true,
         false,
         false,
         {"Register the redirect URL in full: Sentry accepts longer ones that begin like a short one.",
          "An OAuth application sends no webhooks: each connected organization also makes an internal "
          "integration in Sentry "
          "that posts to its own webhook URL, and enters its client secret here.",
          "Sentry never delivers a webhook of an internal integration again."}}
    );
    write_mode(
        out,
        of,
        {mode::internal,
         false,
         false,
         false,
         {"Made by each organization for itself, in Sentry under Settings, Developer Settings. Create a "
          "token there and paste "
          "it here with the client secret; the webhook URL is shown once the integration exists here.",
          "Sentry never delivers a webhook of an internal integration again."}}
    );
    return out.end_array().end_object().take();
}

}  // namespace tocsin::gateway
