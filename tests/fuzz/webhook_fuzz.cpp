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

/// What decides what a delivery is applied to is bounded and printable, or empty.
void check_identifier(std::string const& id) {
    require(id.size() <= 64 && is_utf8(id));
    for (char const c : id) require(c > 0x20 && c < 0x7F);
}

void check(sentry::webhook const& hook) {
    require(hook.action.size() <= 64 && is_utf8(hook.action));
    require(is_utf8(hook.disagreement) && is_utf8(hook.unreadable));
    if (!hook.unreadable.empty()) return;
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what)) {
        check_identifier(issue->id);
        require(is_utf8(issue->title) && is_utf8(issue->culprit));
        require(issue->url.empty() || issue->url.starts_with("http"));
    }
    if (auto const* event = std::get_if<sentry::event>(&hook.what)) check_identifier(event->issue_id);
    if (auto const* alert = std::get_if<sentry::metric_alert>(&hook.what)) check_identifier(alert->id);
    // Whatever it is, the rules have an answer.
    auto const made = incidents::decide(hook, {}, {}, std::nullopt, {}, timestamp{});
    require(!made.rule.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static constexpr std::array<std::string_view, 8> resources{
        "issue", "error", "comment", "event_alert", "activity_alert", "metric_alert", "installation", ""
    };
    std::string_view const body(reinterpret_cast<char const*>(data), size);
    for (auto const resource : resources)
        if (auto const hook = sentry::decode_webhook(body, resource)) check(*hook);
    return 0;
}
