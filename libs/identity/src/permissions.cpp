#include <tocsin/identity/principal.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr enum_names<permission, 6> permission_names{{
    {permission::anyone, "anyone"},
    {permission::authenticated, "authenticated"},
    {permission::view, "view"},
    {permission::respond, "respond"},
    {permission::administer, "administer"},
    {permission::own, "own"},
}};

}  // namespace

std::string_view to_string(role r) noexcept {
    return name_of(role_names, r);
}
std::optional<role> parse_role(std::string_view text) noexcept {
    return value_of(role_names, text);
}

bool is_assignable(role r) noexcept {
    return r != role::owner;
}

std::vector<std::string> assignable_role_names() {
    std::vector<std::string> names;
    for (auto const& [value, name] : role_names)
        if (is_assignable(value)) names.emplace_back(name);
    return names;
}

std::string_view to_string(permission p) noexcept {
    return name_of(permission_names, p);
}

bool allows(role has, permission wanted) noexcept {
    switch (wanted) {
        case permission::anyone:
        case permission::authenticated:
        case permission::view:
            return true;
        case permission::respond:
            return has >= role::responder;
        case permission::administer:
            return has >= role::admin;
        case permission::own:
            return has == role::owner;
    }
    return false;
}

db::tenant tenant_of(principal const& actor) {
    db::actor recorded;
    recorded.kind = actor.user ? "user" : "token";
    if (actor.user) recorded.id = actor.user->str();
    if (actor.token) recorded.id = actor.token->str();
    recorded.name = actor.user ? actor.email : actor.name;
    recorded.address = actor.address;
    recorded.request_id = actor.request_id;
    return {std::nullopt, std::move(recorded)};
}

db::tenant tenant_of(organization_id organization, principal const& actor) {
    auto tenant = tenant_of(actor);
    tenant.organization = organization;
    return tenant;
}

}  // namespace tocsin::identity
