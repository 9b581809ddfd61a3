#include "gateway/webhooks.hpp"

#include "gateway/problem.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

/// Sentry's id of a webhook, for the log and the delivery.
std::string sentry_request_id(http::request const& request) {
    return printable(request.headers.find("Request-ID").value_or(""), 64);
}

/// Sentry retries a 500, but not a 503 or a 4xx. The body is short and constant, because Sentry shows it to
/// its users.
http::response not_stored(http::request const& request, std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (std::exception const& e) {
        observe::log_warn(
            "webhook not stored",
            {{"request_id", request.id}, {"sentry_request_id", sentry_request_id(request)}, {"why", e.what()}}
        );
    }
    return problem_response({errc::internal, "The webhook could not be stored. Deliver it again."});
}

/// The same response for a wrong signature, an unknown installation, and a missing configuration.
http::response refused() {
    return problem_response(
        {errc::unauthenticated, "The signature is missing or wrong, or the installation is unknown."}
    );
}

/// For a body with a valid signature that cannot be decoded. It is stored with the reason.
sentry::webhook unreadable_webhook(std::string_view resource, std::string const& why) {
    sentry::webhook webhook;
    webhook.resource_name = printable(resource, 64);
    webhook.unreadable = why;
    return webhook;
}

class receiver {
public:
    receiver(
        webhook_settings settings,
        webhook_key_cache& keys,
        incidents::ingest& ingest,
        observe::metrics& metrics
    )
        : settings_(std::move(settings)),
          keys_(keys),
          dummy_keys_{{"none", crypto::random_token()}},
          ingest_(ingest),
          metrics_(metrics) {
        if (settings_.keys.empty()) settings_.keys = dummy_keys_;
    }

    /// For the public integration. The body contains the installation.
    async::task<http::response> receive_shared(http::request& request) {
        return receive(request, verify(request, settings_.keys), std::nullopt);
    }

    /// For the integration in the URL.
    async::task<http::response> receive_own(http::request& request) {
        auto const id = integration_id::parse(request.capture("integration_id"));
        auto found = id ? co_await keys_.find(*id, request.peer) : std::nullopt;
        if (!found) co_return co_await receive(request, verify(request, dummy_keys_), std::nullopt);
        auto key = verify(request, found->keys);
        // A previous key may have expired since the keys were read, and a new one may have been set. Wrong
        // signatures cause at most one lookup per second and integration.
        if (!key || *key != found->keys.front().name) {
            found = co_await keys_.find_newer(*id, request.peer, std::chrono::seconds(key ? 0 : 1));
            key = found ? verify(request, found->keys) : std::nullopt;
        }
        if (!found) co_return co_await receive(request, std::nullopt, std::nullopt);
        co_return co_await receive(
            request, std::move(key), incidents::verified_integration{found->organization, *id}
        );
    }

private:
    /// The name of the key that signed the request.
    static std::optional<std::string> verify(
        http::request const& request, std::vector<sentry::signing_key> const& keys
    ) {
        bool const is_unique = request.headers.count("Sentry-Hook-Signature") == 1;
        return sentry::verify_signature(
            keys,
            request.body,
            is_unique ? *request.headers.find("Sentry-Hook-Signature") : std::string_view()
        );
    }

    /// `key`: the name of the key that signed the request, if any.
    async::task<http::response> receive(
        http::request& request,
        std::optional<std::string> key,
        std::optional<incidents::verified_integration> own
    ) {
        auto const started = std::chrono::steady_clock::now();
        auto response = co_await store(request, std::move(key), own);
        if (response.status == 200)
            metrics_.observe(
                "tocsin_webhook_ack_duration_seconds",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()
            );
        co_return response;
    }

    async::task<http::response> store(
        http::request& request,
        std::optional<std::string> key,
        std::optional<incidents::verified_integration> own
    ) {
        if (!key) co_return reject("signature", refused());

        auto const resource = request.headers.find("Sentry-Hook-Resource").value_or("");
        auto webhook = sentry::decode_webhook(request.body, resource);
        // Without the body, only the URL identifies the integration.
        if (!webhook && !own) co_return reject("envelope", problem_response(webhook.error()));
        auto const problem = webhook ? std::nullopt : std::optional(webhook.error());

        incidents::verified_delivery delivery{
            .sentry_host = settings_.sentry_host,
            .own = own,
            .signing_key = *key,
            .request_id = sentry_request_id(request),
            .hook_timestamp = printable(request.headers.find("Sentry-Hook-Timestamp").value_or(""), 32),
            .body = std::move(request.body),
            .webhook = webhook ? std::move(*webhook) : unreadable_webhook(resource, problem->detail)
        };
        auto const stored = co_await ingest_.submit(std::move(delivery));
        if (!stored) co_return reject("installation", refused());
        observe::log_debug(
            "webhook stored",
            {{"request_id", request.id},
             {"delivery", stored->id.str()},
             {"outcome", to_string(stored->outcome)}}
        );
        if (problem) co_return problem_response(*problem);
        json::writer out;
        out.begin_object().field("status", "accepted").field("delivery_id", stored->id.str()).end_object();
        co_return http::response::json(200, out.take());
    }

    http::response reject(std::string_view reason, http::response response) {
        metrics_.count("tocsin_webhook_rejected_total", {{"reason", reason}});
        return response;
    }

    webhook_settings settings_;
    webhook_key_cache& keys_;
    /// Random. Verified if there is no key, so that a refusal always takes the same work.
    std::vector<sentry::signing_key> dummy_keys_;
    incidents::ingest& ingest_;
    observe::metrics& metrics_;
};

}  // namespace

std::vector<http::route> webhook_routes(
    webhook_settings settings, webhook_key_cache& keys, incidents::ingest& ingest, observe::metrics& metrics
) {
    auto const max_body = settings.max_body;
    auto const endpoint = std::make_shared<receiver>(std::move(settings), keys, ingest, metrics);
    auto const route_of = [&](char const* pattern, http::handler handle) {
        return http::route{
            .method = http::method::post,
            .pattern = pattern,
            .body = http::body_kind::json,
            .max_body = max_body,
            .handle = std::move(handle),
            .accepts = http::route::transfer::sized_or_chunked,
            .slash = http::route::trailing_slash::accepted,
            .on_failure = not_stored
        };
    };
    return {
        route_of(
            "/webhooks/sentry",
            [endpoint](http::request& request) { return endpoint->receive_shared(request); }
        ),
        route_of(
            "/webhooks/sentry/{integration_id}",
            [endpoint](http::request& request) { return endpoint->receive_own(request); }
        ),
    };
}

}  // namespace tocsin::gateway
