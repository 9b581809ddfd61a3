#include "gateway/webhooks.hpp"

#include "gateway/endpoint.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

/// What Sentry retries is a 500, neither 503 nor a 4xx; a short fixed body, since Sentry shows it to its
/// users.
http::response not_durable(http::request const&, std::exception_ptr why) {
    try {
        std::rethrow_exception(std::move(why));
    } catch (std::exception const& e) {
        observe::log_warn("webhook not made durable", {{"why", e.what()}});
    }
    return to_response({errc::internal, "The webhook could not be stored now. Please deliver it again."});
}

/// One answer for every wrong signature, unknown installation and missing configuration.
http::response refused() {
    return to_response(
        {errc::unauthenticated, "The signature is missing or wrong, or the installation is unknown."}
    );
}

/// What was signed, but is none: it is kept, with the reason.
sentry::webhook no_webhook(std::string_view resource, std::string const& why) {
    sentry::webhook made;
    made.resource_name = printable(resource, 64);
    made.unreadable = why;
    return made;
}

class receiver {
public:
    receiver(
        webhook_settings settings,
        find_webhook_keys keys_of,
        incidents::ingest& ingest,
        observe::metrics& metrics
    )
        : settings_(std::move(settings)),
          keys_of_(std::move(keys_of)),
          nobodys_{{"none", crypto::random_token()}},
          ingest_(ingest),
          metrics_(metrics) {
        if (settings_.keys.empty()) settings_.keys = nobodys_;
    }

    /// For the public integration: the deployment's keys, and the body says whose it is.
    async::task<http::response> answer_shared(http::request& request) {
        return answer(request, settings_.keys, std::nullopt);
    }

    /// For the others: the keys of the integration that the URL names.
    async::task<http::response> answer_own(http::request& request) {
        auto const id = integration_id::parse(request.capture("integration_id"));
        auto found = id ? co_await keys_of_(*id) : std::nullopt;
        if (!found) co_return co_await answer(request, nobodys_, std::nullopt);
        co_return co_await answer(
            request, std::move(found->keys), incidents::verified_integration{found->organization, *id}
        );
    }

private:
    async::task<http::response> answer(
        http::request& request,
        std::vector<sentry::signing_key> keys,
        std::optional<incidents::verified_integration> own
    ) {
        auto const started = std::chrono::steady_clock::now();
        auto response = co_await receive(request, keys, own);
        if (response.status == 200)
            metrics_.observe(
                "tocsin_webhook_ack_duration_seconds",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()
            );
        co_return response;
    }

    async::task<http::response> receive(
        http::request& request,
        std::vector<sentry::signing_key> const& keys,
        std::optional<incidents::verified_integration> own
    ) {
        bool const one_signature = request.headers.count("Sentry-Hook-Signature") == 1;
        auto const signature =
            one_signature ? *request.headers.find("Sentry-Hook-Signature") : std::string_view();
        auto const key = sentry::verify_signature(keys, request.body, signature);
        if (!key) co_return reject("signature", refused());

        auto const resource = request.headers.find("Sentry-Hook-Resource").value_or("");
        auto hook = sentry::decode_webhook(request.body, resource);
        // Whose it is, only the URL can say then.
        if (!hook && !own) co_return reject("envelope", to_response(hook.error()));
        auto const wrong = hook ? std::nullopt : std::optional(hook.error());

        incidents::verified_delivery what{
            .sentry_host = settings_.sentry_host,
            .own = own,
            .signing_key = *key,
            .request_id = printable(request.headers.find("Request-ID").value_or(""), 64),
            .hook_timestamp = printable(request.headers.find("Sentry-Hook-Timestamp").value_or(""), 32),
            .body = std::move(request.body),
            .webhook = hook ? std::move(*hook) : no_webhook(resource, wrong->detail)
        };
        auto const done = co_await ingest_.submit(std::move(what));
        if (!done) co_return reject("installation", refused());
        if (wrong) co_return to_response(*wrong);
        json::writer out;
        out.begin_object().field("status", "accepted").field("delivery_id", done->id.str()).end_object();
        co_return http::response::json(200, out.take());
    }

    http::response reject(std::string_view reason, http::response with) {
        metrics_.count("tocsin_webhook_rejected_total", {{"reason", reason}});
        return with;
    }

    webhook_settings settings_;
    find_webhook_keys keys_of_;
    /// Where there is no key a signature is checked against one that nobody knows, so that the refusal costs
    /// the same.
    std::vector<sentry::signing_key> nobodys_;
    incidents::ingest& ingest_;
    observe::metrics& metrics_;
};

}  // namespace

std::vector<http::route> webhook_routes(
    webhook_settings settings, find_webhook_keys keys_of, incidents::ingest& ingest, observe::metrics& metrics
) {
    auto const max_body = settings.max_body;
    auto const edge = std::make_shared<receiver>(std::move(settings), std::move(keys_of), ingest, metrics);
    auto const route_of = [&](char const* pattern, http::handler handle) {
        return http::route{
            .method = http::method::post,
            .pattern = pattern,
            .body = http::body_kind::json,
            .max_body = max_body,
            .handle = std::move(handle),
            .accepts = http::route::transfer::sized_or_chunked,
            .slash = http::route::trailing_slash::accepted,
            .on_failure = not_durable
        };
    };
    return {
        route_of("/webhooks/sentry", [edge](http::request& request) { return edge->answer_shared(request); }),
        route_of(
            "/webhooks/sentry/{integration_id}",
            [edge](http::request& request) { return edge->answer_own(request); }
        ),
    };
}

}  // namespace tocsin::gateway
