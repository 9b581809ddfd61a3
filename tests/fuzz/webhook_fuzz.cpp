#include <tocsin/base/text.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// Ids of sources are bounded and printable, or empty.
void check_identifier(std::string const& id) {
    require(id.size() <= 64 && is_utf8(id));
    for (char const c : id) require(c > 0x20 && c < 0x7F);
}

void check(sentry::webhook const& webhook) {
    require(webhook.action.size() <= 64 && is_utf8(webhook.action));
    require(is_utf8(webhook.disagreement) && is_utf8(webhook.unreadable));
    if (!webhook.unreadable.empty()) return;
    if (auto const* issue = std::get_if<sentry::issue>(&webhook.what)) {
        check_identifier(issue->id);
        require(is_utf8(issue->title) && is_utf8(issue->culprit));
        require(issue->url.empty() || issue->url.starts_with("http"));
    }
    if (auto const* event = std::get_if<sentry::event>(&webhook.what)) check_identifier(event->issue_id);
    if (auto const* alert = std::get_if<sentry::metric_alert>(&webhook.what)) check_identifier(alert->id);
    // The rules decide every webhook.
    auto const decision = incidents::decide(webhook, {}, {}, std::nullopt, {}, timestamp{});
    require(!decision.rule.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static constexpr std::array<std::string_view, 8> resources{
        "issue", "error", "comment", "event_alert", "activity_alert", "metric_alert", "installation", ""
    };
    std::string_view const body(reinterpret_cast<char const*>(data), size);
    for (auto const resource : resources)
        if (auto const webhook = sentry::decode_webhook(body, resource)) check(*webhook);
    return 0;
}
