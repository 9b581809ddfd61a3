#include <tocsin/sentry/webhook.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

bool are_of_one_app(std::vector<trigger_action> const& actions) {
    return std::all_of(actions.begin(), actions.end(), [&](trigger_action const& each) {
        return each.app_id == actions.front().app_id;
    });
}

}  // namespace

action_settings own_settings(
    metric_alert const& alert, std::string_view action, uuid const& installation, std::string_view app_id
) {
    bool const is_any_own = app_id.empty() && are_of_one_app(alert.actions);
    auto const is_own = [&](trigger_action const& each) {
        if (each.installation) return *each.installation == installation;
        return is_any_own || (!app_id.empty() && each.app_id == app_id);
    };
    trigger_action const* chosen = nullptr;
    for (auto const& each : alert.actions) {
        if (!is_own(each)) continue;
        if (each.trigger == action) return each.settings;
        if (chosen == nullptr) chosen = &each;
    }
    return chosen == nullptr ? action_settings() : chosen->settings;
}

}  // namespace tocsin::sentry
