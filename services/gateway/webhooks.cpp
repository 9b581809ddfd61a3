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

class receiver {
public:
    receiver(webhook_settings settings, incidents::ingest& ingest, observe::metrics& metrics)
        : settings_(std::move(settings)), ingest_(ingest), metrics_(metrics) {
        // With no key configured a signature is checked against one that nobody knows, so that the refusal
        // costs the same.
        if (settings_.keys.empty()) settings_.keys.push_back({"none", crypto::random_token()});
    }

    async::task<http::response> answer(http::request& request) {
        auto const started = std::chrono::steady_clock::now();
        auto response = co_await receive(request);
        if (response.status == 200)
            metrics_.observe(
                "tocsin_webhook_ack_duration_seconds",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()
            );
        co_return response;
    }

private:
    async::task<http::response> receive(http::request& request) {
        bool const one_signature = request.headers.count("Sentry-Hook-Signature") == 1;
        auto const signature =
            one_signature ? *request.headers.find("Sentry-Hook-Signature") : std::string_view();
        auto const key = sentry::verify_signature(settings_.keys, request.body, signature);
        if (!key) co_return reject("signature", refused());

        auto hook =
            sentry::decode_webhook(request.body, request.headers.find("Sentry-Hook-Resource").value_or(""));
        if (!hook) co_return reject("envelope", to_response(hook.error()));

        incidents::arrival what{
            .sentry_host = settings_.sentry_host,
            .signing_key = *key,
            .request_id = printable(request.headers.find("Request-ID").value_or(""), 64),
            .hook_timestamp = printable(request.headers.find("Sentry-Hook-Timestamp").value_or(""), 32),
            .body = std::move(request.body),
            .hook = std::move(*hook)
        };
        auto const done = co_await ingest_.take(std::move(what));
        if (!done) co_return reject("installation", refused());
        json::writer out;
        out.begin_object().field("status", "accepted").field("delivery_id", done->id.str()).end_object();
        co_return http::response::json(200, out.take());
    }

    http::response reject(std::string_view reason, http::response with) {
        metrics_.count("tocsin_webhook_rejected_total", {{"reason", reason}});
        return with;
    }

    webhook_settings settings_;
    incidents::ingest& ingest_;
    observe::metrics& metrics_;
};

}  // namespace

http::route webhook_route(webhook_settings settings, incidents::ingest& ingest, observe::metrics& metrics) {
    auto const max_body = settings.max_body;
    auto const edge = std::make_shared<receiver>(std::move(settings), ingest, metrics);
    return {
        .method = http::method::post,
        .pattern = "/webhooks/sentry",
        .body = http::body_kind::json,
        .max_body = max_body,
        .handle = [edge](http::request& request) { return edge->answer(request); },
        .on_failure = not_durable
    };
}

}  // namespace tocsin::gateway
