#include "occurrences.hpp"

#include "sentry_json.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::sandbox {

namespace {

constexpr std::array<kind_names, 7> kinds{{
    {issue_kind::error, "error", "error", "error", 1, "error"},
    {issue_kind::performance,
     "performance",
     "performance_n_plus_one_db_queries",
     "db_query",
     1006,
     "transaction"},
    {issue_kind::uptime, "uptime", "uptime_domain_failure", "outage", 7001, "generic"},
    {issue_kind::cron, "cron", "monitor_check_in_failure", "outage", 4001, "generic"},
    {issue_kind::feedback, "feedback", "feedback", "feedback", 6001, "generic"},
    {issue_kind::metric, "metric", "metric_issue", "metric", 8001, "generic"},
    {issue_kind::test, "test", "test_notification", "test_notification", 9001, "generic"},
}};

/// The first evidence is the subtitle.
std::string_view subtitle(issue const& issue) noexcept {
    return issue.evidence.empty() ? std::string_view() : std::string_view(issue.evidence.front().value);
}

std::string_view evidence_named(issue const& issue, std::string_view name) noexcept {
    auto const at = std::ranges::find(issue.evidence, name, &evidence::name);
    return at == issue.evidence.end() ? std::string_view() : std::string_view(at->value);
}

/// Sentry hides a hash behind it; the same for all events of an issue.
std::string fingerprint_of(issue const& issue) {
    return to_hex(crypto::sha256(issue.id)).substr(0, 32);
}

}  // namespace

kind_names const& names_of(issue_kind kind) noexcept {
    return *std::ranges::find(kinds, kind, &kind_names::kind);
}

std::optional<issue_kind> parse_issue_kind(std::string_view name) noexcept {
    auto const at = std::ranges::find(kinds, name, &kind_names::name);
    return at == kinds.end() ? std::nullopt : std::optional(at->kind);
}

bool is_announced(issue_kind kind) noexcept {
    auto const category = names_of(kind).category;
    return category == "error" || category == "outage" || category == "feedback";
}

issue draft_of(issue_kind kind) {
    issue out;
    out.kind = kind;
    out.level = "error";
    auto const set = [&](char const* title, char const* culprit, std::vector<evidence> found) {
        out.title = title;
        out.culprit = culprit;
        out.evidence = std::move(found);
    };
    switch (kind) {
        case issue_kind::error:
            break;
        case issue_kind::performance:
            out.level = "info";
            set("N+1 Query",
                "/checkout/summary",
                {{"Offending Spans", "db - SELECT name FROM products WHERE id = %s", true},
                 {"Parent Span", "django.view - checkout.summary", false}});
            break;
        case issue_kind::uptime:
            set("Downtime detected for https://shop.example/health",
                "",
                {{"Failure reason", "timeout - no response within 10 s", true}, {"Method", "GET", false}});
            break;
        case issue_kind::cron:
            set("Cron failure: nightly-invoices",
                "",
                {{"Failure reason", "1 missed check-in detected", true}, {"Environment", "production", false}}
            );
            break;
        case issue_kind::feedback:
            out.level = "info";
            set("User Feedback",
                "",
                {{"message", "The button to pay does nothing.\nI tried it twice.", true},
                 {"contact_email", "customer@example.com", false},
                 {"name", "A customer", false}});
            break;
        case issue_kind::metric:
            set("Too many failed payments", "", {{"Threshold", "Critical: 250 > 100", true}});
            break;
        case issue_kind::test:
            set("Test Issue", "", {{"Note", "This is a test notification.", true}});
            break;
    }
    return out;
}

std::string_view event_title(issue const& issue) noexcept {
    switch (issue.kind) {
        case issue_kind::error:
        case issue_kind::feedback:
        case issue_kind::test:
            return issue.title;
        case issue_kind::performance:
            return issue.culprit;
        default:
            return "<unlabeled event>";
    }
}

std::string_view feedback_message(issue const& issue) noexcept {
    return issue.kind == issue_kind::feedback ? evidence_named(issue, "message") : std::string_view();
}

std::string metadata_object(issue const& issue) {
    sentry_json::writer out;
    out.begin_object();
    if (issue.kind == issue_kind::error) {
        out.text("value", issue.exception_value())
            .text("type", issue.exception_type())
            .text("filename", issue.culprit)
            .text("function", issue.culprit)
            .flag("display_title_with_tree_label", false);
    } else {
        out.text("title", issue.title).text("value", subtitle(issue));
    }
    if (issue.kind == issue_kind::feedback)
        out.text("message", feedback_message(issue))
            .text("contact_email", evidence_named(issue, "contact_email"))
            .text("name", evidence_named(issue, "name"))
            .text("source", "new_feedback_envelope");
    out.end_object();
    return out.take();
}

std::string occurrence_object(issue const& issue, std::string_view event_id, timestamp at) {
    if (issue.kind == issue_kind::error) return "null";
    sentry_json::writer out;
    out.begin_object()
        .text("id", to_hex(crypto::sha256(event_id)).substr(0, 32))
        .raw("projectId", issue.project_id)
        .text("eventId", event_id)
        .begin_array("fingerprint")
        .text(fingerprint_of(issue))
        .end_array()
        .text("issueTitle", issue.title)
        .text("subtitle", subtitle(issue))
        .null("resourceId")
        .begin_object("evidenceData")
        .end_object()
        .begin_array("evidenceDisplay");
    for (auto const& [name, value, important] : issue.evidence)
        out.begin_object().text("name", name).text("value", value).flag("important", important).end_object();
    out.end_array()
        .number("type", names_of(issue.kind).number)
        .raw("detectionTime", sentry_json::epoch(at))
        .text("level", issue.level)
        .text("culprit", issue.culprit)
        .null("priority")
        .null("assignee")
        .end_object();
    return out.take();
}

}  // namespace tocsin::sandbox
