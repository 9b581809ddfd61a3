#include "rules/words.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <array>

namespace tocsin::incidents {

namespace {

constexpr std::size_t longest_value = 300;
constexpr std::size_t longest_evidence = 8000;

std::string_view way_of_resolution(std::string_view resolution_type, std::string_view activity) {
    if (activity == "status_resolved_in_release") return "in_release";
    if (activity == "status_resolved_in_commit") return "in_commit";
    if (activity == "status_resolved_by_age") return "autoresolve";
    return resolution_type;
}

/// "seer_root_cause_completed" as a sentence; other types in their own words.
std::string sentence_of_activity(std::string_view type) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known{{
        {"seer_root_cause_started", "Seer is looking for the root cause"},
        {"seer_root_cause_completed", "Seer found the root cause"},
        {"seer_solution_started", "Seer is planning a solution"},
        {"seer_solution_completed", "Seer planned a solution"},
        {"seer_coding_started", "Seer is writing a fix"},
        {"seer_coding_completed", "Seer wrote a fix"},
        {"seer_pr_created", "Seer opened a pull request"},
        {"seer_pr_iteration_started", "Seer is revising its pull request"},
        {"seer_pr_iteration_completed", "Seer revised its pull request"},
        {"seer_iteration_started", "Seer is revising its fix"},
        {"seer_iteration_completed", "Seer revised its fix"},
        {"appeared_in_pull_request", "The issue appeared in a pull request"},
    }};
    auto const* const found =
        std::find_if(known.begin(), known.end(), [&](auto const& each) { return each.first == type; });
    if (found != known.end()) return std::string(found->second);
    bool const is_seer = type.starts_with("seer_");
    std::string text((is_seer ? type.substr(5) : type));
    std::replace(text.begin(), text.end(), '_', ' ');
    return (is_seer ? "Seer: " : "Activity in Sentry: ") + text;
}

}  // namespace

std::string words_of_resolution(sentry::issue const& issue, std::string_view activity) {
    if (!issue.end.empty()) return issue.end;
    auto const way = way_of_resolution(issue.resolution_type, activity);
    std::string text = "resolved in Sentry";
    if (!issue.resolved_release.empty()) return text + " in release " + issue.resolved_release;
    if (!issue.resolved_commit.empty()) return text + " in commit " + issue.resolved_commit;
    if (way == "in_next_release") return text + " in the next release";
    if (way == "in_release") return text + " in a release";
    if (way == "in_commit" || way == "with_commit") return text + " by a commit";
    if (way == "with_third_party_app") return text + " by another app";
    if (way == "autoresolve") return text + ", because it was not seen for some time";
    return text;
}

std::string words_of_regression(
    sentry::issue const& issue, std::string_view activity, sentry::actor const& actor
) {
    if (activity == "status_regression") return "the issue regressed in Sentry";
    if (activity == "status_escalating") return "the issue is escalating in Sentry";
    bool const by_person = actor.type == "user" && !actor.name.empty();
    if (by_person) return "the issue was unresolved in Sentry by " + actor.name;
    if (issue.substatus == "regressed") return "the issue regressed in Sentry";
    if (issue.substatus == "escalating") return "the issue is escalating in Sentry";
    return "the issue was unresolved in Sentry";
}

std::string words_of_activity(sentry::activity_alert const& alert) {
    auto text = sentence_of_activity(alert.type);
    if (!alert.summary.empty()) text += ": " + alert.summary;
    for (auto const& [repository, url] : alert.pull_requests)
        if (!url.empty())
            text.append("\n").append(repository).append(repository.empty() ? "" : ": ").append(url);
    return text;
}

std::string evidence_json(std::vector<std::pair<std::string, std::string>> const& evidence) {
    json::writer out;
    out.begin_array();
    std::size_t bytes = 0;
    for (auto const& [name, value] : evidence) {
        auto const shown = repaired(value, longest_value);
        bytes += name.size() + shown.size() + 30;
        if (bytes > longest_evidence) break;
        out.begin_object().field("name", name).field("value", shown).end_object();
    }
    return evidence.empty() ? std::string() : out.end_array().take();
}

}  // namespace tocsin::incidents
