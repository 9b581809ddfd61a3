#include "access.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::sandbox {

namespace {

access refused(http::response answer) {
    access out;
    out.refusal = std::move(answer);
    return out;
}

access of_installation(state& world, installation& by) {
    if (by.lasting_token.empty() && by.token->expires <= world.now())
        return refused(detail_answer(401, "Token expired"));
    access out;
    out.by = &by;
    out.app = &world.application_of(by);
    out.org = &world.organization_of(by);
    out.sees = {out.org};
    out.scopes = out.app->scopes;
    return out;
}

access of_user(state& world, oauth_token const& with) {
    if (with.expires <= world.now()) return refused(detail_answer(401, "Token expired"));
    access out;
    out.scopes = with.scopes;
    for (auto* const each : organizations_of_user(world))
        if (with.organization_id.empty() || with.organization_id == each->id) out.sees.push_back(each);
    return out;
}

access of_token(state& world, std::string_view token) {
    if (auto* const by = world.installation_by_token(token)) return of_installation(world, *by);
    world.oauth.purge(world.now());
    if (auto const* const with = world.oauth.by_token(token)) return of_user(world, *with);
    return refused(detail_answer(401, "Invalid token"));
}

}  // namespace

bool access::may_see(std::string_view organization_id) const {
    return std::any_of(sees.begin(), sees.end(), [&](organization const* each) {
        return each->id == organization_id;
    });
}

access authenticate(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto const header = about.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 7), "Bearer "))
        return refused(detail_answer(401, "Authentication credentials were not provided."));
    auto out = of_token(shared.world, trim(header.substr(7)));
    if (out.refusal) return out;
    auto const has = [&](std::string_view scope) {
        return std::find(out.scopes.begin(), out.scopes.end(), scope) != out.scopes.end();
    };
    if (any_of.size() != 0 && std::none_of(any_of.begin(), any_of.end(), has)) return refused(not_allowed());
    return out;
}

access authenticate_in_organization(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto out = authenticate(shared, about, any_of);
    if (out.refusal) return out;
    auto* const named = shared.world.organization_by(about.capture("organization"));
    if (!named) return refused(not_found());
    if (!out.may_see(named->id)) return refused(not_allowed());
    out.org = named;
    return out;
}

}  // namespace tocsin::sandbox
