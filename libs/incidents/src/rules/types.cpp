#include <tocsin/base/enum_names.hpp>
#include <tocsin/incidents/types.hpp>

namespace tocsin::incidents {

namespace {

constexpr enum_names<outcome, 11> outcome_names{{
    {outcome::opened, "opened"},
    {outcome::reopened, "reopened"},
    {outcome::updated, "updated"},
    {outcome::resolved, "resolved"},
    {outcome::duplicate, "duplicate"},
    {outcome::stale, "stale"},
    {outcome::unmapped, "unmapped"},
    {outcome::inactive, "inactive"},
    {outcome::filtered, "filtered"},
    {outcome::ignored, "ignored"},
    {outcome::unreadable, "unreadable"},
}};
constexpr enum_names<status, 3> status_names{
    {{status::open, "open"}, {status::acknowledged, "acknowledged"}, {status::resolved, "resolved"}}
};
constexpr enum_names<severity, 4> severity_names{{
    {severity::info, "info"},
    {severity::warning, "warning"},
    {severity::error, "error"},
    {severity::critical, "critical"},
}};
constexpr enum_names<resolution, 3> resolution_names{{
    {resolution::sentry, "sentry"},
    {resolution::archived, "archived"},
    {resolution::person, "person"},
}};
constexpr enum_names<source_kind, 3> source_names{{
    {source_kind::issue, "issue"},
    {source_kind::metric_alert, "metric_alert"},
    {source_kind::manual, "manual"},
}};
constexpr enum_names<actor_kind, 3> actor_names{
    {{actor_kind::user, "user"}, {actor_kind::sentry, "sentry"}, {actor_kind::system, "system"}}
};
constexpr enum_names<entry_kind, 13> entry_names{{
    {entry_kind::opened, "opened"},
    {entry_kind::updated, "updated"},
    {entry_kind::acknowledged, "acknowledged"},
    {entry_kind::unacknowledged, "unacknowledged"},
    {entry_kind::resolved, "resolved"},
    {entry_kind::reopened, "reopened"},
    {entry_kind::noted, "noted"},
    {entry_kind::severity_changed, "severity_changed"},
    {entry_kind::assigned, "assigned"},
    {entry_kind::alert_attached, "alert_attached"},
    {entry_kind::archived, "archived"},
    {entry_kind::event_counted, "event_counted"},
    {entry_kind::commented, "commented"},
}};

}  // namespace

std::string_view to_string(outcome o) noexcept {
    return name_of(outcome_names, o);
}
std::string_view to_string(status s) noexcept {
    return name_of(status_names, s);
}
std::string_view to_string(severity s) noexcept {
    return name_of(severity_names, s);
}
std::string_view to_string(resolution r) noexcept {
    return name_of(resolution_names, r);
}
std::string_view to_string(source_kind k) noexcept {
    return name_of(source_names, k);
}
std::string_view to_string(actor_kind k) noexcept {
    return name_of(actor_names, k);
}
std::string_view to_string(entry_kind k) noexcept {
    return name_of(entry_names, k);
}
std::optional<outcome> parse_outcome(std::string_view text) noexcept {
    return value_of(outcome_names, text);
}
std::optional<status> parse_status(std::string_view text) noexcept {
    return value_of(status_names, text);
}
std::optional<severity> parse_severity(std::string_view text) noexcept {
    return value_of(severity_names, text);
}
std::optional<resolution> parse_resolution(std::string_view text) noexcept {
    return value_of(resolution_names, text);
}

}  // namespace tocsin::incidents
