#include "gateway/mappings_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <tocsin/incidents/types.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::mapping;
using integrations::mapping_change;
using integrations::new_mapping;

constexpr texts environments{50, {1, 64}};

/// Sentry's levels, ascending.
word level() {
    return {{"sample", "debug", "info", "warning", "error", "fatal"}};
}
/// `auto` derives the severity from the event.
word severity() {
    auto words = words_of(incidents::severity_names);
    words.insert(words.begin(), "auto");
    return {std::move(words)};
}
/// What archiving an issue in Sentry does to its incident.
word archive_effect() {
    return {{"resolve", "keep"}};
}

body_fields<new_mapping> new_mapping_fields() {
    return body_fields<new_mapping>()
        .required("sentry_project", &new_mapping::sentry_project, pasted({1, 200}))
        .required("service_id", &new_mapping::service, id_text<service_id>{})
        .optional("active", &new_mapping::active, flag{})
        .optional("inactive_until", &new_mapping::inactive_until, moment{})
        .optional("environments", &new_mapping::environments, environments)
        .optional("min_level", &new_mapping::min_level, level())
        .optional("severity", &new_mapping::severity, severity())
        .optional("on_archive", &new_mapping::on_archive, archive_effect())
        .optional("open_on_error", &new_mapping::open_on_error, flag{});
}

/// One mapping, or a list that is accepted or refused as a whole.
struct new_mappings {
    std::vector<new_mapping> items;
    bool is_list = false;
};

result<new_mappings> read_new_mappings(http::request const& request) {
    constexpr std::size_t most = 1000;
    auto const document = parse_body(request, json::root::object_or_array);
    if (!document) return document.error();
    auto const root = document->root();
    auto const fields = new_mapping_fields();
    new_mappings wanted{.items = {}, .is_list = root.kind() == json::kind::array};
    auto const count = wanted.is_list ? root.size() : 1;
    if (count == 0 || count > most) return error{errc::invalid, "A list must have 1 to 1,000 mappings."};
    for (std::size_t i = 0; i < count; ++i) {
        auto item =
            wanted.is_list ? fields.read(root.element(i), "[" + std::to_string(i) + "]") : fields.read(root);
        if (!item) return item.error();
        wanted.items.push_back(std::move(*item));
    }
    return wanted;
}

input<new_mappings> new_mappings_body() {
    return {
        .read = [](request_context& ctx) { return read_new_mappings(ctx.request); },
        .fields = new_mapping_fields().declared(),
        .body = http::body_kind::json,
        .max_body = 1u << 20  // a thousand mappings
    };
}

input<mapping_change> mapping_change_body() {
    return body_fields<mapping_change>()
        .optional("service_id", &mapping_change::service, id_text<service_id>{})
        .optional("active", &mapping_change::active, flag{})
        .optional("inactive_until", &mapping_change::inactive_until, moment{})
        .optional("environments", &mapping_change::environments, environments)
        .optional("min_level", &mapping_change::min_level, level())
        .optional("severity", &mapping_change::severity, severity())
        .optional("on_archive", &mapping_change::on_archive, archive_effect())
        .optional("open_on_error", &mapping_change::open_on_error, flag{})
        .at_least_one()
        .as_input();
}

void write_mapping(json::writer& out, mapping const& from) {
    out.begin_object().field("id", from.id.str());
    out.name("sentry_project").begin_object();
    out.field("id", from.project_id).field("slug", from.project_slug).field("name", from.project_name);
    out.end_object().name("service");
    write_service_ref(out, from.service);
    out.field("active", from.active)
        .field("inactive_until", from.inactive_until)
        .field("environments", from.environments)
        .field("min_level", from.min_level)
        .field("severity", from.severity)
        .field("on_archive", from.on_archive)
        .field("open_on_error", from.open_on_error)
        .field("created_at", from.created_at)
        .field("warning", text_or_null(from.warning))
        .end_object();
}

void write_project(json::writer& out, integrations::project_with_mapping const& from) {
    auto const& project = from.project;
    out.begin_object().field("id", project.id).field("slug", project.slug).field("name", project.name);
    out.field("platform", text_or_null(project.platform)).name("mapping");
    if (from.mapping)
        write_mapping(out, *from.mapping);
    else
        out.null();
    out.end_object();
}

class mappings_api {
public:
    explicit mappings_api(integrations::mappings& mappings) : mappings_(mappings) {}

    response_task projects(request_context& ctx, integration_id id, list_slice slice) {
        // Those who map projects see new ones at once.
        bool const can_map = identity::allows(ctx.membership->role, identity::permission::administer);
        auto const from =
            can_map ? integrations::project_source::sentry : integrations::project_source::recent_list;
        auto const items = co_await mappings_.projects(ctx.organization(), id, from);
        if (!items) co_return items.error();
        co_return slice_response(slice, *items, write_project);
    }

    response_task list(request_context& ctx, integration_id id, list_slice slice) {
        auto const items = co_await mappings_.list(ctx.organization(), id);
        if (!items) co_return items.error();
        co_return slice_response(slice, *items, write_mapping);
    }

    response_task create(request_context& ctx, integration_id id, new_mappings wanted) {
        auto const created = co_await mappings_.create(ctx.tenant(), id, std::move(wanted.items));
        if (!created) co_return created.error();
        co_return wanted.is_list ? list_response(201, *created, write_mapping)
                                 : json_response(201, created->front(), write_mapping);
    }

    response_task change(request_context& ctx, integration_id id, mapping_id which, mapping_change wanted) {
        auto const changed = co_await mappings_.change(ctx.tenant(), id, which, std::move(wanted));
        co_return json_result(changed, write_mapping);
    }

    response_task remove(request_context& ctx, integration_id id, mapping_id which) {
        co_return no_content_result(co_await mappings_.remove(ctx.tenant(), id, which));
    }

private:
    integrations::mappings& mappings_;
};

}  // namespace

endpoints mapping_endpoints(integrations::mappings& mappings) {
    using identity::permission;
    using api = mappings_api;
    endpoint_list<api> rows(std::make_shared<api>(mappings), "/api/v1/orgs/{org}/integrations/{id}");
    auto const integration = id_in_path<integration_id>("id", "There is no such integration.");
    auto const parent = id_in_path<integration_id>("id", "There is no such mapping.");
    auto const id = id_in_path<mapping_id>("mapping_id", "There is no such mapping.");
    rows.get("/projects", permission::view, &api::projects, integration, slice_input());
    rows.get("/mappings", permission::view, &api::list, integration, slice_input());
    rows.post("/mappings", permission::administer, &api::create, integration, new_mappings_body());
    rows.patch(
        "/mappings/{mapping_id}", permission::administer, &api::change, parent, id, mapping_change_body()
    );
    rows.remove("/mappings/{mapping_id}", permission::administer, &api::remove, parent, id);
    return rows.take();
}

}  // namespace tocsin::gateway
