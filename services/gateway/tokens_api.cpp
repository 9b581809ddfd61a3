#include "gateway/tokens_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::new_token;
using identity::token_id;
using identity::token_info;

constexpr std::size_t max_scopes = 20;

input<new_token> new_token_body() {
    return body_fields<new_token>()
        .required("name", &new_token::name, text{{1, 200}, control_character_problem})
        .required("role", &new_token::role, choice(identity::token_role_names))
        .optional("scopes", &new_token::scopes, texts{max_scopes, {1, 64}})
        .optional("expires_at", &new_token::expires_at, moment{})
        .as_input();
}

void write_fields(json::writer& out, token_info const& from) {
    std::vector<std::string> scopes;
    for (auto const each : from.scopes) scopes.emplace_back(identity::to_string(each));
    out.field("id", from.id.str())
        .field("name", from.name)
        .field("prefix", from.prefix)
        .field("role", identity::to_string(from.role))
        .field("scopes", scopes)
        .field("created_by", from.created_by)
        .field("created_at", from.created_at)
        .field("expires_at", from.expires_at)
        .field("last_used_at", from.last_used_at);
}

void write_token(json::writer& out, token_info const& from) {
    out.begin_object();
    write_fields(out, from);
    out.end_object();
}

void write_created_token(json::writer& out, identity::created_token const& from) {
    out.begin_object();
    write_fields(out, from.info);
    out.field("token", from.token.reveal()).end_object();
}

class tokens_api {
public:
    explicit tokens_api(identity::api_tokens& tokens) : tokens_(tokens) {}

    response_task list(request_context& ctx, page_of<token_id> page) {
        auto const items = co_await tokens_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, write_token, [](token_info const& last) { return last.id.str(); });
    }

    response_task create(request_context& ctx, new_token wanted) {
        auto const created = co_await tokens_.create(
            ctx.organization(), ctx.principal, ctx.membership->role, std::move(wanted)
        );
        co_return json_result(created, write_created_token, 201);
    }

    response_task revoke(request_context& ctx, token_id id) {
        co_return no_content_result(co_await tokens_.revoke(ctx.organization(), ctx.principal, id));
    }

private:
    identity::api_tokens& tokens_;
};

}  // namespace

endpoints token_endpoints(identity::api_tokens& tokens) {
    using identity::permission;
    using api = tokens_api;
    endpoint_list<api> rows(std::make_shared<api>(tokens), "/api/v1/orgs/{org}/tokens");
    rows.get("", permission::administer, &api::list, page_input<token_id>());
    rows.post("", permission::administer, &api::create, new_token_body());
    rows.remove(
        "/{id}", permission::administer, &api::revoke, id_in_path<token_id>("id", "There is no such token.")
    );
    return rows.take();
}

}  // namespace tocsin::gateway
