#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::incidents {

/// An integration whose own key verified a webhook.
struct verified_integration {
    organization_id organization;
    integration_id integration;
};

/// A webhook whose signature was right, as it came in.
struct arrival {
    std::string sentry_host;  ///< of the key that verified: an installation is looked up under it only
    /// The integration that the URL named, where its own key verified: it is for this one, whatever
    /// installation the body names. Nothing: the deployment's key verified, and the installation says whose
    /// it is.
    std::optional<verified_integration> own{};
    std::string signing_key;  ///< the key's name
    std::string request_id;   ///< Request-ID, for searching; printable, at most 64 bytes
    std::string hook_timestamp;
    std::string body;  ///< the raw bytes that were signed
    sentry::webhook hook;
};

struct accepted {
    delivery_id id;
    incidents::outcome outcome = outcome::ignored;
    std::optional<std::int64_t> incident;
};

/// Deliveries into incidents. What it answers is durable. Those that wait at the same time share a
/// transaction; none waits for others to come. Belongs to the executor's thread; nobody may be in `take` when
/// it ends.
class ingest {
public:
    /// `pool` has two connections: a second batch is written beside the first while many wait.
    ingest(
        async::executor on, db::pool& pool, rule_settings rules, clock const& time, observe::metrics& metrics
    );
    ~ingest();
    ingest(ingest const&) = delete;
    ingest& operator=(ingest const&) = delete;

    /// Stores the delivery and its whole effect in one transaction. Nothing where the installation belongs to
    /// nobody and the webhook is none about installations. Throws db::unavailable where it could not be made
    /// durable, or where that cannot be told; at once where it would have to wait for too long.
    async::task<std::optional<accepted>> take(arrival what);

    /// Told as soon as deliveries are answered that left a doubt behind; must not block.
    void on_doubt(std::function<void()> handler);

    static void declare(observe::metrics& metrics);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::incidents
