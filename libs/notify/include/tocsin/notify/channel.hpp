#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/notify/types.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::notify {

/// What a page says and to whom: all that a channel needs.
struct outgoing_page {
    page_id page;
    organization_id organization;
    std::string organization_slug;
    std::string organization_name;
    std::int64_t incident = 0;
    std::string title;
    std::string severity;
    std::string service;
    std::string environment;  ///< empty: none
    std::string release;      ///< empty: none
    std::string url;          ///< of the issue in Sentry; empty: none
    oncall::urgency urgency = oncall::urgency::high;
    secret address;
    /// Opens the page on which the person acknowledges. Each attempt has its own, and all of them work.
    secret link;
};

struct send_result {
    attempt_outcome outcome = attempt_outcome::failed;
    std::optional<int> http_status = {};
    std::string provider_ref = {};
    std::string detail = {};
};

/// Hands pages over to a provider. Errors are results; the same page may be sent again.
class channel {
public:
    channel() = default;
    virtual ~channel() = default;
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;

    virtual async::task<send_result> send(outgoing_page page) = 0;
};

/// The channels of this deployment.
using channels = std::map<method_kind, std::unique_ptr<channel>>;

}  // namespace tocsin::notify
