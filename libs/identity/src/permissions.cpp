#include <tocsin/identity/principal.hpp>

namespace tocsin::identity {

std::string_view to_string(role r) noexcept {
    switch (r) {
        case role::viewer:
            return "viewer";
        case role::responder:
            return "responder";
        case role::admin:
            return "admin";
        case role::owner:
            return "owner";
    }
    return "viewer";
}

std::optional<role> parse_role(std::string_view text) noexcept {
    for (auto const r : {role::viewer, role::responder, role::admin, role::owner}) {
        if (text == to_string(r)) return r;
    }
    return std::nullopt;
}

std::string_view to_string(permission p) noexcept {
    switch (p) {
        case permission::anyone:
            return "anyone";
        case permission::authenticated:
            return "authenticated";
        case permission::view:
            return "view";
        case permission::respond:
            return "respond";
        case permission::administer:
            return "administer";
        case permission::own:
            return "own";
    }
    return "own";
}

db::tenant acting(principal const& who) {
    db::actor made;
    made.kind = who.user ? "user" : "token";
    if (who.user) made.id = who.user->str();
    if (who.token) made.id = who.token->str();
    made.name = who.user ? who.email : who.name;
    made.address = who.address;
    made.request_id = who.request_id;
    return {std::nullopt, std::move(made)};
}

db::tenant acting(organization_id on, principal const& who) {
    auto made = acting(who);
    made.organization = on;
    return made;
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

}  // namespace tocsin::identity
