#include "gateway/services_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <memory>
#include <utility>

namespace tocsin::identity {

/// The key in a cursor: the id, then the slug.
std::optional<service_key> parse_key(std::string_view text, service_key const* /*type*/) {
    constexpr std::size_t id_chars = 36;
    auto const id = service_id::parse(text.substr(0, id_chars));
    if (!id || text.size() <= id_chars) return std::nullopt;
    return service_key{std::string(text.substr(id_chars)), *id};
}

}  // namespace tocsin::identity

namespace tocsin::gateway {

namespace {

using identity::new_service;
using identity::service;
using identity::service_change;
using identity::service_key;

constexpr json::length slug_length{1, 63};
constexpr json::length name_length{1, 200};
constexpr json::length description_length{0, 2000};
constexpr json::length runbook_length{0, 2000};
constexpr texts owners{50, {3, 320}};

struct urgency_field {
    std::optional<identity::urgency_change> read(json::reader& in, std::string_view name) const {
        auto const given = in.optional_value(name);
        if (!given) return std::nullopt;
        if (given->kind() != json::kind::object) {
            in.reject(name, "must be an object with severities");
            return std::nullopt;
        }
        json::reader each(*given);
        word const urgencies{{"high", "low", "none"}};
        identity::urgency_change read{
            urgencies.read(each, "critical"),
            urgencies.read(each, "error"),
            urgencies.read(each, "warning"),
            urgencies.read(each, "info")
        };
        if (auto const problems = each.problems())
            for (auto const& problem : problems->fields)
                in.reject(std::string(name) + "." + problem.path, problem.message);
        return read;
    }
    void describe(input_field&) const noexcept {}
};

input<new_service> new_service_body() {
    return body_fields<new_service>()
        .required("slug", &new_service::slug, pasted(slug_length, slug_problem))
        .required("name", &new_service::name, text{name_length})
        .optional("description", &new_service::description, text{description_length})
        .optional("runbook_url", &new_service::runbook_url, pasted(runbook_length, web_address_problem))
        .optional("owners", &new_service::owners, owners)
        .optional("policy_id", &new_service::policy, id_text<uuid>{})
        .optional("urgency", &new_service::urgency, urgency_field{})
        .as_input();
}

input<service_change> service_change_body() {
    constexpr auto wrong = text::null::is_wrong;
    return body_fields<service_change>()
        .optional("slug", &service_change::slug, pasted(slug_length, slug_problem, wrong))
        .optional("name", &service_change::name, text{name_length, nullptr, wrong})
        .optional("description", &service_change::description, text{description_length, nullptr, wrong})
        .optional(
            "runbook_url", &service_change::runbook_url, pasted(runbook_length, web_address_problem, wrong)
        )
        .optional("owners", &service_change::owners, owners)
        .optional("policy_id", &service_change::policy, id_text<uuid>{})
        .optional("urgency", &service_change::urgency, urgency_field{})
        .at_least_one()
        .as_input();
}

void write_service(json::writer& out, service const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("slug", from.slug)
        .field("name", from.name)
        .field("description", from.description)
        .field("runbook_url", text_or_null(from.runbook_url))
        .field("policy_id", id_or_null(from.policy))
        .name("urgency")
        .begin_object()
        .field("critical", from.urgency.critical)
        .field("error", from.urgency.error)
        .field("warning", from.urgency.warning)
        .field("info", from.urgency.info)
        .end_object()
        .field("created_at", from.created_at)
        .field("archived_at", from.archived_at)
        .name("owners")
        .begin_array();
    for (auto const& owner : from.owners)
        out.begin_object().field("email", owner.email).field("name", owner.name).end_object();
    out.end_array().name("projects").begin_array();
    for (auto const& project : from.projects)
        out.begin_object()
            .field("integration_id", project.integration_id)
            .field("id", text_or_null(project.id))
            .field("slug", project.slug)
            .field("active", project.active)
            .end_object();
    out.end_array().name("incidents").begin_object();
    out.field("open", from.incidents.open)
        .field("acknowledged", from.incidents.acknowledged)
        .field("critical", from.incidents.critical)
        .field("error", from.incidents.error)
        .field("warning", from.incidents.warning)
        .field("info", from.incidents.info)
        .end_object()
        .end_object();
}

class services_api {
public:
    explicit services_api(identity::service_catalog& catalog) : catalog_(catalog) {}

    response_task list(request_context& ctx, page_of<service_key> page) {
        auto const items = co_await catalog_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, write_service, [](service const& last) {
            return last.id.str() + last.slug;
        });
    }

    response_task create(request_context& ctx, new_service wanted) {
        co_return json_result(co_await catalog_.create(ctx.tenant(), std::move(wanted)), write_service, 201);
    }

    response_task show(request_context& ctx, service_id id) {
        co_return json_result(co_await catalog_.find(ctx.organization(), id), write_service);
    }

    response_task change(request_context& ctx, service_id id, service_change wanted) {
        co_return json_result(co_await catalog_.change(ctx.tenant(), id, std::move(wanted)), write_service);
    }

    response_task archive(request_context& ctx, service_id id) {
        co_return no_content_result(co_await catalog_.archive(ctx.tenant(), id));
    }

private:
    identity::service_catalog& catalog_;
};

}  // namespace

endpoints service_endpoints(identity::service_catalog& catalog) {
    using identity::permission;
    using api = services_api;
    endpoint_list<api> rows(std::make_shared<api>(catalog), "/api/v1/orgs/{org}/services");
    auto const id = id_in_path<service_id>("id", "There is no such service.");
    rows.get("", permission::view, &api::list, page_input<service_key>());
    rows.post("", permission::administer, &api::create, new_service_body());
    rows.get("/{id}", permission::view, &api::show, id);
    rows.patch("/{id}", permission::administer, &api::change, id, service_change_body());
    rows.remove("/{id}", permission::administer, &api::archive, id);
    return rows.take();
}

}  // namespace tocsin::gateway
