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

}  // namespace

access authenticate(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto const header = about.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 7), "Bearer "))
        return refused(detail_answer(401, "Authentication credentials were not provided."));
    auto* const by = shared.world.installation_by_token(trim(header.substr(7)));
    if (!by) return refused(detail_answer(401, "Invalid token"));
    if (by->token->expires <= shared.world.now()) return refused(detail_answer(401, "Token expired"));
    auto& app = shared.world.application_of(*by);
    auto const has = [&](std::string_view scope) {
        return std::find(app.scopes.begin(), app.scopes.end(), scope) != app.scopes.end();
    };
    if (any_of.size() != 0 && std::none_of(any_of.begin(), any_of.end(), has)) return refused(not_allowed());
    return {by, &app, &shared.world.organization_of(*by), std::nullopt};
}

access authenticate_in_organization(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto out = authenticate(shared, about, any_of);
    if (out.refusal) return out;
    auto const* const named = shared.world.organization_by(about.capture("organization"));
    if (!named) return refused(not_found());
    if (named != out.org) return refused(not_allowed());
    return out;
}

}  // namespace tocsin::sandbox
