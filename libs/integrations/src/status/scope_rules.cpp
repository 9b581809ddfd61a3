#include <tocsin/integrations/scope_rules.hpp>

#include <algorithm>
#include <array>

namespace tocsin::integrations {

namespace {

struct needed_scope {
    std::string_view thing;
    std::string_view without;
};

// Reading is enough for everything but writing back (Sentry's endpoints accept read, write or admin of the
// same thing).
constexpr std::array<needed_scope, 4> needed{{
    {"org", "the organization cannot be confirmed"},
    {"project", "projects cannot be listed for mapping"},
    {"team", "teams cannot be shown"},
    {"event", "issues cannot be read back, and issue webhooks are not sent"},
}};

bool has_level(std::vector<std::string> const& granted, std::string_view thing) {
    return std::any_of(granted.begin(), granted.end(), [thing](std::string const& scope) {
        auto const colon = scope.find(':');
        if (colon == std::string::npos || std::string_view(scope).substr(0, colon) != thing) return false;
        auto const level = std::string_view(scope).substr(colon + 1);
        return level == "read" || level == "write" || level == "admin";
    });
}

}  // namespace

std::vector<std::string> const& wanted_scopes() {
    static std::vector<std::string> const all = [] {
        std::vector<std::string> names;
        for (auto const& one : needed) names.push_back(std::string(one.thing) + ":read");
        return names;
    }();
    return all;
}

std::vector<missing_scope> missing_scopes(mode of, std::vector<std::string> const& granted) {
    std::vector<missing_scope> missing;
    for (auto const& [thing, without] : needed)
        if (!has_level(granted, thing) && !(of == mode::internal && thing == "team"))
            missing.push_back({std::string(thing) + ":read", std::string(without)});
    return missing;
}

}  // namespace tocsin::integrations
