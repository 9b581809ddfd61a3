#include <tocsin/integrations/scope_rules.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace tocsin::integrations {

namespace {

struct required_scope {
    std::string_view resource;
    std::string_view consequence;
};

// Each of Sentry's endpoints that we read accepts read, write, or admin of the same resource.
constexpr std::array<required_scope, 4> required_scopes{{
    {"org", "the organization cannot be confirmed"},
    {"project", "projects cannot be listed for mapping"},
    {"team", "teams cannot be shown"},
    {"event", "issues cannot be read back, and issue webhooks are not sent"},
}};

bool has_level(std::vector<std::string> const& granted, std::string_view resource) {
    return std::any_of(granted.begin(), granted.end(), [resource](std::string const& scope) {
        auto const colon = scope.find(':');
        if (colon == std::string::npos || std::string_view(scope).substr(0, colon) != resource) return false;
        auto const level = std::string_view(scope).substr(colon + 1);
        return level == "read" || level == "write" || level == "admin";
    });
}

}  // namespace

std::vector<std::string> const& requested_scopes() {
    static std::vector<std::string> const all = [] {
        std::vector<std::string> names;
        for (auto const& each : required_scopes) names.push_back(std::string(each.resource) + ":read");
        return names;
    }();
    return all;
}

std::vector<missing_scope> missing_scopes(mode m, std::vector<std::string> const& granted) {
    std::vector<missing_scope> missing;
    for (auto const& [resource, consequence] : required_scopes)
        if (!has_level(granted, resource) && !(m == mode::internal && resource == "team"))
            missing.push_back({std::string(resource) + ":read", std::string(consequence)});
    return missing;
}

}  // namespace tocsin::integrations
