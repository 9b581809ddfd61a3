#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::oncall {

using policy_id = id_of<struct policy_tag>;

/// Whether a page may wait until morning.
enum class urgency { high, low };
inline constexpr enum_names<urgency, 2> urgency_names{{{urgency::high, "high"}, {urgency::low, "low"}}};
std::string_view to_string(urgency u) noexcept;
std::optional<urgency> parse_urgency(std::string_view text) noexcept;

/// Whom a step pages: a user, or the members with a role or a stronger one.
enum class target_kind { user, role };
inline constexpr enum_names<target_kind, 2> target_kind_names{
    {{target_kind::user, "user"}, {target_kind::role, "role"}}
};
std::string_view to_string(target_kind k) noexcept;
std::optional<target_kind> parse_target_kind(std::string_view text) noexcept;

/// The urgency of a target's pages: the alarm's, or always the same.
enum class target_urgency { as_is, high, low };
inline constexpr enum_names<target_urgency, 3> target_urgency_names{
    {{target_urgency::as_is, "as_is"}, {target_urgency::high, "high"}, {target_urgency::low, "low"}}
};
std::string_view to_string(target_urgency u) noexcept;
std::optional<target_urgency> parse_target_urgency(std::string_view text) noexcept;

struct target {
    target_kind kind = target_kind::user;
    /// The id of the user, or the name of the role. In the API a user is named by the e-mail address.
    std::string id;
    target_urgency urgency = target_urgency::as_is;

    friend bool operator==(target const&, target const&) = default;
};

struct step {
    std::chrono::seconds wait{300};  ///< until the next step
    std::vector<target> targets;

    friend bool operator==(step const&, step const&) = default;
};

/// One version of a policy. A running alarm keeps the version with which it began.
struct ladder {
    int laps = 3;             ///< how often the steps are repeated
    bool last_resort = true;  ///< at the end, the owner and the admins are paged
    std::vector<step> steps;

    friend bool operator==(ladder const&, ladder const&) = default;
};

struct policy {
    policy_id id;
    std::string slug;
    std::string name;
    int version = 1;
    bool is_default = false;  ///< of services that name none
    oncall::ladder ladder;
    timestamp created_at;
};

/// The state of the newest alarm of an incident; `none`: it never had one.
enum class alarm_state { running, acknowledged, resolved, exhausted, moved, none };
inline constexpr enum_names<alarm_state, 6> alarm_state_names{{
    {alarm_state::running, "running"},
    {alarm_state::acknowledged, "acknowledged"},
    {alarm_state::resolved, "resolved"},
    {alarm_state::exhausted, "exhausted"},
    {alarm_state::moved, "moved"},
    {alarm_state::none, "none"},
}};
std::string_view to_string(alarm_state s) noexcept;
std::optional<alarm_state> parse_alarm_state(std::string_view text) noexcept;

/// Where an alarm is on its ladder.
struct position {
    int lap = 1;
    int step = 0;  ///< the one that is due; after the last one: the number of steps

    friend bool operator==(position const&, position const&) = default;
};

}  // namespace tocsin::oncall
