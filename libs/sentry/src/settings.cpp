#include <tocsin/base/pasted_text.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/sentry/settings.hpp>

namespace tocsin::sentry {

namespace {

secret trimmed(secret const& pasted) {
    return secret(std::string(trim_pasted(pasted.reveal())));
}

}  // namespace

std::optional<public_app> read_public_app(config::reader& in) {
    public_app app;
    secret previous;
    auto const slug = in.text("TOCSIN_SENTRY_APP_SLUG", app.slug, "slug of the public integration at Sentry");
    auto const id = in.text("TOCSIN_SENTRY_APP_CLIENT_ID", app.client_id, "its client id");
    auto const key = in.hidden("TOCSIN_SENTRY_APP_CLIENT_SECRET", app.client_secret, "its client secret");
    auto const previous_key = in.hidden(
        "TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS",
        previous,
        "its previous client secret, which webhooks may still be signed with during a rotation"
    );
    app.slug = trim_pasted(app.slug);
    app.client_id = trim_pasted(app.client_id);
    app.client_secret = trimmed(app.client_secret);
    if (!slug.is_set() && !id.is_set() && !key.is_set() && !previous_key.is_set()) return std::nullopt;

    for (auto const& each : {slug, id, key}) {
        if (!each.is_set())
            each.reject("is missing: the public integration needs its slug, client id, and client secret");
    }
    if (slug.is_set() && !is_slug(app.slug))
        slug.reject("\"" + printable(app.slug, 80) + "\" is not a slug; expected a-z, 0-9, and dashes");
    if (previous_key.is_set()) app.previous_client_secret = trimmed(previous);
    return app;
}

std::optional<oauth_app> read_oauth_app(config::reader& in) {
    oauth_app app;
    auto const id = in.text(
        "TOCSIN_SENTRY_OAUTH_CLIENT_ID", app.client_id, "client id of the OAuth application at Sentry"
    );
    auto const key = in.hidden("TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", app.client_secret, "its client secret");
    app.client_id = trim_pasted(app.client_id);
    app.client_secret = trimmed(app.client_secret);
    if (!id.is_set() && !key.is_set()) return std::nullopt;

    for (auto const& each : {id, key}) {
        if (!each.is_set())
            each.reject("is missing: the OAuth application needs both its client id and its client secret");
    }
    return app;
}

}  // namespace tocsin::sentry
