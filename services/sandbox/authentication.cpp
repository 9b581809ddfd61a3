#include "authentication.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::sandbox {

namespace {

api_caller refused(http::response response) {
    api_caller out;
    out.refusal = std::move(response);
    return out;
}

api_caller caller_of_installation(sentry_state& state, installation& owner) {
    if (owner.permanent_token.empty() && owner.token->expires <= state.now())
        return refused(detail_response(401, "Token expired"));
    api_caller out;
    out.installation = &owner;
    out.app = &state.application_of(owner);
    out.org = &state.organization_of(owner);
    out.organizations = {out.org};
    out.scopes = out.app->scopes;
    return out;
}

api_caller caller_of_user(sentry_state& state, oauth_token const& token) {
    if (token.expires <= state.now()) return refused(detail_response(401, "Token expired"));
    api_caller out;
    out.scopes = token.scopes;
    for (auto* const org : organizations_of_user(state))
        if (token.organization_id.empty() || token.organization_id == org->id)
            out.organizations.push_back(org);
    return out;
}

api_caller caller_of_token(sentry_state& state, std::string_view token) {
    if (auto* const owner = state.installation_by_token(token)) return caller_of_installation(state, *owner);
    state.oauth.purge(state.now());
    if (auto const* const row = state.oauth.by_token(token)) return caller_of_user(state, *row);
    return refused(detail_response(401, "Invalid token"));
}

}  // namespace

bool api_caller::can_access(std::string_view organization_id) const {
    return std::any_of(organizations.begin(), organizations.end(), [&](organization const* allowed) {
        return allowed->id == organization_id;
    });
}

api_caller authenticate(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
) {
    auto const header = request.headers.find("Authorization").value_or("");
    if (!iequals(header.substr(0, 7), "Bearer "))
        return refused(detail_response(401, "Authentication credentials were not provided."));
    auto out = caller_of_token(context.state, trim(header.substr(7)));
    if (out.refusal) return out;
    auto const has = [&](std::string_view scope) {
        return std::find(out.scopes.begin(), out.scopes.end(), scope) != out.scopes.end();
    };
    if (any_of.size() != 0 && std::none_of(any_of.begin(), any_of.end(), has)) return refused(forbidden());
    return out;
}

api_caller authenticate_in_organization(
    sandbox_context& context, http::request const& request, std::initializer_list<std::string_view> any_of
) {
    auto out = authenticate(context, request, any_of);
    if (out.refusal) return out;
    auto* const org = context.state.organization_by(request.capture("organization"));
    if (!org) return refused(not_found());
    if (!out.can_access(org->id)) return refused(forbidden());
    out.org = org;
    return out;
}

}  // namespace tocsin::sandbox
