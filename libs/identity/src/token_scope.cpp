#include <tocsin/identity/token_scope.hpp>

#include <algorithm>

namespace tocsin::identity {

std::string_view to_string(token_role r) noexcept {
    return name_of(token_role_names, r);
}
std::optional<token_role> parse_token_role(std::string_view text) noexcept {
    return value_of(token_role_names, text);
}

role rights_of(token_role r) noexcept {
    switch (r) {
        case token_role::deployer:
        case token_role::viewer:
            return role::viewer;
        case token_role::responder:
            return role::responder;
        case token_role::admin:
            return role::admin;
    }
    return role::viewer;
}

std::string_view to_string(token_scope s) noexcept {
    return name_of(token_scope_names, s);
}
std::optional<token_scope> parse_token_scope(std::string_view text) noexcept {
    return value_of(token_scope_names, text);
}

result<std::vector<token_scope>> scopes_of(token_role role, std::vector<std::string> const& texts) {
    error problem{errc::invalid, "The scopes of the API token are wrong."};
    std::vector<token_scope> scopes;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto const scope = parse_token_scope(texts[i]);
        auto const path = "scopes[" + std::to_string(i) + "]";
        if (!scope)
            problem.fields.push_back({path, "is no scope of API tokens"});
        else if (std::ranges::find(scopes, *scope) != scopes.end())
            problem.fields.push_back({path, "is given twice"});
        else
            scopes.push_back(*scope);
    }
    if (role == token_role::deployer && texts.empty())
        problem.fields.push_back({"scopes", "is required for the role deployer"});
    if (role != token_role::deployer && !texts.empty())
        problem.fields.push_back({"scopes", "must be missing for this role"});
    if (!problem.fields.empty()) return problem;
    return scopes;
}

}  // namespace tocsin::identity
