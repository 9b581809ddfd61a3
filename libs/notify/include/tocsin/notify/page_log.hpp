#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/notify/types.hpp>
#include <tocsin/oncall/alarms.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::notify {

struct attempt_view {
    timestamp at;
    std::optional<std::string> outcome;  ///< nothing: in progress
    std::optional<int> http_status;
    std::string detail;
};

/// A page and its proof.
struct page_view {
    page_id id;
    std::int64_t incident = 0;
    std::string email;  ///< of the person; empty if the account is gone
    std::string name;
    std::string method;  ///< empty if the method is gone
    std::string mask;
    int step = 0;
    int lap = 1;
    std::string urgency;
    page_state state = page_state::due;
    std::string reason;
    timestamp due_at;
    std::optional<timestamp> accepted_at;
    std::optional<timestamp> delivered_at;
    std::optional<timestamp> seen_at;
    std::optional<timestamp> acted_at;
    std::vector<attempt_view> attempts;
};

/// Empty members do not filter.
struct page_filter {
    std::vector<std::string> states;
    std::optional<std::string> user;  ///< e-mail address
    std::vector<std::string> methods;
    std::optional<std::int64_t> incident = {};
    std::optional<page_id> before = {};  ///< the key of the page of the list, newest first
    std::int64_t limit = 50;
};

/// Who was paged. The pool's role is tocsin_gateway, and it outlives this object.
class page_log {
public:
    explicit page_log(db::pool& pool) : pool_(pool) {}

    async::task<std::vector<page_view>> list(organization_id org, page_filter filter);
    /// errc::not_found if there is no such incident.
    async::task<result<std::vector<page_view>>> of_incident(
        organization_id org, std::int64_t number, page_filter filter
    );
    async::task<result<oncall::alarm_view>> alarm(organization_id org, std::int64_t number);

private:
    db::pool& pool_;
};

}  // namespace tocsin::notify
