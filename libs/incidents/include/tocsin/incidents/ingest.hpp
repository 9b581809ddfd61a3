#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::incidents {

/// An integration whose own key verified a webhook.
struct verified_integration {
    organization_id organization;
    integration_id integration;
};

/// A webhook whose signature is valid.
struct verified_delivery {
    std::string sentry_host;  ///< of the key that verified; an installation is looked up under this host only
    /// The integration that the URL named, if its own key verified: then it is the receiver, regardless of
    /// the installation in the body. Otherwise the deployment's key verified, and the installation decides.
    std::optional<verified_integration> own{};
    std::string signing_key;  ///< the key's name
    std::string request_id;   ///< Request-ID, for searching; printable, at most 64 bytes
    std::string hook_timestamp;
    std::string body;  ///< the raw bytes that were signed
    sentry::webhook webhook;
};

/// A delivery that is durable.
struct stored_delivery {
    delivery_id id;
    incidents::outcome outcome = outcome::ignored;
    std::optional<std::int64_t> incident;
};

/// Turns deliveries into incidents by group commit: deliveries that wait at the same time share a
/// transaction, and none waits for others to come. Runs on the executor's thread. No `submit` may be in
/// progress when it is destroyed.
class ingest {
public:
    /// `pool` has two connections: while many deliveries wait, two batches are written at a time.
    ingest(
        async::executor executor,
        db::pool& pool,
        rule_settings rules,
        clock const& time,
        observe::metrics& metrics
    );
    ~ingest();
    ingest(ingest const&) = delete;
    ingest& operator=(ingest const&) = delete;

    /// Stores the delivery and its whole effect in one transaction. Returns nothing if no organization has
    /// the installation and the webhook is not about installations. Throws db::unavailable if the delivery is
    /// not durable or that is unknown, and at once if it would have to wait too long.
    async::task<std::optional<stored_delivery>> submit(verified_delivery delivery);

    /// Called after a commit that enqueued reconcile requests. Must not block.
    void on_reconcile_request(std::function<void()> handler);

    /// When a delivery could last not be stored because of the database; nothing if one was stored since.
    std::optional<std::chrono::steady_clock::time_point> last_failure() const noexcept;

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::incidents
