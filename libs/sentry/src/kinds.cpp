#include "kinds.hpp"

#include "fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tocsin::sentry {

namespace {

constexpr std::size_t most_evidence = 20;

/// Sentry's group types: src/sentry/issues/grouptype.py and those of uptime and cron monitors.
std::string category_of_type(int type) {
    struct range {
        int first, last;
        char const* category;
    };
    static constexpr std::array<range, 7> ranges{{
        {1000, 3999, "performance"},
        {4000, 4999, "outage"},
        {5000, 5999, "performance"},
        {6000, 6999, "feedback"},
        {7000, 7999, "outage"},
        {8000, 8999, "metric"},
        {9001, 9001, "test_notification"},
    }};
    auto const* const found = std::find_if(ranges.begin(), ranges.end(), [&](range const& each) {
        return each.first <= type && type <= each.last;
    });
    return found == ranges.end() ? "error" : found->category;
}

int number_of(std::string const& text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

std::string category_of(std::string issue_category) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> others{{
        {"uptime", "outage"},
        {"cron", "outage"},
        {"metric_alert", "metric"},
        {"db_query", "performance"},
        {"http_client", "performance"},
        {"frontend", "performance"},
        {"replay", "performance"},
        {"mobile", "performance"},
    }};
    for (auto const& [name, category] : others)
        if (issue_category == name) return std::string(category);
    return issue_category;
}

void set_feedback_title(std::string& title, std::string_view message) {
    auto const text = trim(message);
    if (text.empty()) return;
    title = repaired("User feedback: " + std::string(trim(text.substr(0, text.find_first_of("\r\n")))), 500);
}

void read_occurrence(event& target, json::value const& object) {
    fields const body(object);
    target.category = "error";
    auto const occurrence = body.at({"occurrence"});
    if (!occurrence || occurrence->kind() != json::kind::object) return;
    fields const of(*occurrence);
    target.category = category_of_type(number_of(of.text({"type"}, 10)));
    // The title of the event is that of its type: for a performance issue, the name of the transaction.
    if (auto title = of.text({"issueTitle"}, 500); !title.empty()) target.title = std::move(title);
    if (target.level.empty()) target.level = to_lower(of.text({"level"}, 20));
    auto const evidence = of.at({"evidenceDisplay"});
    for (std::size_t i = 0; evidence && i < std::min(evidence->size(), most_evidence); ++i) {
        auto const item = evidence->element(i);
        auto const is_important = item.find("important");
        if (!is_important || is_important->as_bool() != true) continue;
        fields const shown(item);
        target.evidence.emplace_back(shown.text({"name"}, 200), shown.text({"value"}, 1000));
    }
    if (target.category != "feedback") return;
    target.message = body.text({"contexts", "feedback", "message"}, 4000);
    if (target.message.empty()) target.message = of.text({"subtitle"}, 4000);
    set_feedback_title(target.title, target.message);
}

std::string issue_page(std::string const& url) {
    static constexpr std::string_view api = "/api/0/organizations/", marker = "/issues/";
    auto page = web_url(url);
    auto const issues = page.find(marker);
    if (issues == std::string::npos) return {};
    if (auto const at = page.find(api); at != std::string::npos)
        page.replace(at, api.size(), "/organizations/");
    else if (page.find("/api/0/") != std::string::npos)
        return {};  // it does not name the organization, as the page must
    auto const end = page.find('/', page.find(marker) + marker.size());
    if (end != std::string::npos && std::string_view(page).substr(end).starts_with("/events/"))
        page.resize(end + 1);
    return page;
}

std::string issue_id_in(std::string_view url) {
    static constexpr std::string_view marker = "/issues/";
    auto const start = url.find(marker);
    if (start == std::string_view::npos) return {};
    auto const rest = url.substr(start + marker.size());
    return std::string(rest.substr(0, rest.find_first_of("/?#")));
}

}  // namespace tocsin::sentry
