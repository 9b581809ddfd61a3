#include "gateway/members_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::member;

struct role_change {
    identity::role role = identity::role::viewer;
};

input<role_change> role_change_body() {
    return body_fields<role_change>()
        .required("role", &role_change::role, choice(identity::role_names, identity::assignable_role_names()))
        .as_input();
}

/// Writes members as `reader` sees them.
auto member_writer(identity::principal const& reader) {
    return [user = reader.user](json::writer& out, member const& from) {
        out.begin_object()
            .field("id", from.id.str())
            .field("email", from.email)
            .field("name", from.name)
            .field("role", identity::to_string(from.role))
            .field("is_me", user == from.id)
            .field("created_at", from.since)
            .end_object();
    };
}

class members_api {
public:
    explicit members_api(identity::members& members) : members_(members) {}

    response_task list(request_context& ctx, text_page page) {
        auto const items = co_await members_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, member_writer(ctx.principal), [](member const& last) {
            return last.email;
        });
    }

    response_task change(request_context& ctx, user_id id, role_change wanted) {
        auto const changed =
            co_await members_.change_role(ctx.organization(), ctx.principal, id, wanted.role);
        co_return json_result(changed, member_writer(ctx.principal));
    }

    response_task remove(request_context& ctx, user_id id) {
        co_return no_content_result(co_await members_.remove(ctx.organization(), ctx.principal, id));
    }

    response_task transfer_ownership(request_context& ctx, user_id id) {
        auto const owner = co_await members_.transfer_ownership(ctx.organization(), ctx.principal, id);
        co_return json_result(owner, member_writer(ctx.principal));
    }

private:
    identity::members& members_;
};

}  // namespace

endpoints member_endpoints(identity::members& members) {
    using identity::permission;
    using api = members_api;
    endpoint_list<api> rows(std::make_shared<api>(members), "/api/v1/orgs/{org}/members");
    auto const id = id_in_path<user_id>("id", "There is no such member.");
    rows.get("", permission::view, &api::list, page_input<std::string>());
    rows.patch("/{id}", permission::administer, &api::change, id, role_change_body());
    rows.remove("/{id}", permission::administer, &api::remove, id);
    rows.post("/{id}/transfer-ownership", permission::own, &api::transfer_ownership, id);
    return rows.take();
}

}  // namespace tocsin::gateway
