#include "gateway/approvals_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <tocsin/grants/answer_rules.hpp>

#include <memory>

namespace tocsin::gateway {

namespace {

using grants::approval_id;
using grants::asked_call;

void write_approval(json::writer& out, asked_call const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("grant_id", from.grant.str())
        .field("grant_name", from.grant_name)
        .field("operation", from.operation)
        .name("request")
        .raw(from.request)
        .field("asked_by", from.asked_by)
        .field("asked_at", from.asked_at)
        .field("expires_at", from.expires_at)
        .field("state", to_string(from.state))
        .field("decided_by", from.decided_by)
        .field("decided_at", from.decided_at)
        .field("result_status", from.result_status)
        .field("detail", text_or_null(from.detail))
        .name("result");
    if (from.result && grants::is_json(*from.result)) {
        out.raw(*from.result);
    } else {
        out.null();
    }
    out.end_object();
}

class approvals_api {
public:
    explicit approvals_api(grants::approvals& approvals) : approvals_(approvals) {}

    response_task list(request_context& ctx, page_of<approval_id> page) {
        auto const items = co_await approvals_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, write_approval, [](asked_call const& last) { return last.id.str(); });
    }

    response_task find(request_context& ctx, approval_id id) {
        bool const is_admin = identity::allows(ctx.membership->role, identity::permission::administer);
        co_return json_result(
            co_await approvals_.find(ctx.organization(), ctx.principal, is_admin, id), write_approval
        );
    }

    response_task approve(request_context& ctx, approval_id id) {
        co_return json_result(
            co_await approvals_.approve(ctx.organization(), ctx.principal, id), write_approval
        );
    }

    response_task deny(request_context& ctx, approval_id id) {
        co_return json_result(
            co_await approvals_.deny(ctx.organization(), ctx.principal, id), write_approval
        );
    }

private:
    grants::approvals& approvals_;
};

}  // namespace

endpoints approval_endpoints(grants::approvals& approvals) {
    using identity::permission;
    using api = approvals_api;
    endpoint_list<api> rows(std::make_shared<api>(approvals), "/api/v1/orgs/{org}/approvals");
    auto const id = id_in_path<approval_id>("id", "There is no such approval.");
    rows.get("", permission::administer, &api::list, page_input<approval_id>());
    rows.get("/{id}", permission::view, &api::find, id);
    rows.post("/{id}/approve", permission::administer, &api::approve, id);
    rows.post("/{id}/deny", permission::administer, &api::deny, id);
    return rows.take();
}

}  // namespace tocsin::gateway
