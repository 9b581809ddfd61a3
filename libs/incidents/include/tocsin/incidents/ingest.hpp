#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/webhook.hpp>

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

/// Deliveries into incidents. What it answers is durable.
class ingest {
public:
    ingest(db::pool& pool, rule_settings rules, clock const& time, observe::metrics& metrics)
        : pool_(pool), rules_(rules), time_(time), metrics_(metrics) {}

    /// Stores the delivery and its whole effect in one transaction. Nothing where the installation belongs to
    /// nobody and the webhook is none about installations. Throws db::unavailable where it could not be made
    /// durable, or where that cannot be told.
    async::task<std::optional<accepted>> take(arrival what);

    static void declare(observe::metrics& metrics);

private:
    enum class run_end { done, collided, poisonous, in_doubt };
    struct attempt {
        run_end end = run_end::done;
        std::optional<accepted> done;
        std::string why;
    };
    async::task<attempt> try_once(std::shared_ptr<arrival const> what, delivery_id id);
    async::task<std::optional<accepted>> look_up(std::shared_ptr<arrival const> what, delivery_id id);
    void count(arrival const& what, accepted const& done);

    db::pool& pool_;
    rule_settings rules_;
    clock const& time_;
    observe::metrics& metrics_;
};

}  // namespace tocsin::incidents
