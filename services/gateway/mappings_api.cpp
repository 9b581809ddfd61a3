#include "gateway/mappings_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"

#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using integrations::mapping;

error no_integration() {
    return {errc::not_found, "There is no such integration."};
}
error no_mapping() {
    return {errc::not_found, "There is no such mapping."};
}

void write_mapping(json::writer& out, mapping const& of) {
    out.begin_object().field("id", of.id.str());
    out.name("sentry_project")
        .begin_object()
        .field("id", of.project_id)
        .field("slug", of.project_slug)
        .field("name", of.project_name)
        .end_object();
    out.name("service")
        .begin_object()
        .field("id", of.service.id.str())
        .field("slug", of.service.slug)
        .field("name", of.service.name)
        .end_object();
    out.field("active", of.active)
        .field("inactive_until", of.inactive_until)
        .field("environments", of.environments)
        .field("min_level", of.min_level)
        .field("severity", of.severity)
        .field("on_archive", of.on_archive)
        .field("open_on_error", of.open_on_error)
        .field("created_at", of.created_at)
        .end_object();
}

http::response mapping_answer(int status, mapping const& of) {
    json::writer out;
    write_mapping(out, of);
    return http::response::json(status, out.take());
}

constexpr std::initializer_list<std::string_view> levels{
    "sample", "debug", "info", "warning", "error", "fatal"
};
constexpr std::initializer_list<std::string_view> archive_effects{"resolve", "keep"};
constexpr std::initializer_list<std::string_view> severities{"auto", "critical", "error", "warning", "info"};

result<integrations::new_mapping> read_new_mapping(json::value from, std::string path) {
    json::reader in(from, std::move(path));
    integrations::new_mapping what;
    what.sentry_project = in.required_text("sentry_project", {1, 200});
    what.service = read_service(in, in.required_text("service_id", {36, 36})).value_or(service_id{});
    what.active = in.optional_bool("active", true);
    what.inactive_until = in.optional_time("inactive_until");
    what.environments = in.optional_texts("environments", 50, {1, 64}).value_or(std::vector<std::string>());
    what.min_level = in.optional_word("min_level", levels);
    what.severity = in.optional_word("severity", severities).value_or("auto");
    what.on_archive = in.optional_word("on_archive", archive_effects).value_or("resolve");
    what.open_on_error = in.optional_bool("open_on_error", false);
    if (auto bad = in.problems()) return *bad;
    return what;
}

result<integrations::mapping_change> read_mapping_change(json::value from) {
    json::reader in(from);
    integrations::mapping_change how;
    how.service = read_service(in, in.optional_text("service_id", {36, 36}));
    how.active = in.optional_bool("active");
    if (in.has("inactive_until")) how.inactive_until = in.optional_time("inactive_until");
    how.environments = in.optional_texts("environments", 50, {1, 64});
    if (in.has("min_level")) how.min_level = in.optional_word("min_level", levels);
    how.severity = in.optional_word("severity", severities);
    how.on_archive = in.optional_word("on_archive", archive_effects);
    how.open_on_error = in.optional_bool("open_on_error");
    if (auto bad = in.problems()) return *bad;
    bool const is_change = how.service || how.active || how.inactive_until || how.environments ||
                           how.min_level || how.severity || how.on_archive || how.open_on_error;
    if (!is_change)
        return error{errc::invalid, "Nothing to change: give at least one of the mapping's settings."};
    return how;
}

class mappings_api {
public:
    explicit mappings_api(integrations::mappings& mappings) : mappings_(mappings) {}

    async::task<result<http::response>> projects(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const items = co_await mappings_.projects(by.organization(), *id);
        if (!items) co_return items.error();
        co_return list_part(
            by.request,
            *items,
            [](json::writer& out, integrations::project_with_mapping const& each) {
                out.begin_object()
                    .field("id", each.project.id)
                    .field("slug", each.project.slug)
                    .field("name", each.project.name);
                out.field(
                       "platform",
                       each.project.platform.empty() ? std::nullopt : std::optional(each.project.platform)
                )
                    .name("mapping");
                if (each.mapping)
                    write_mapping(out, *each.mapping);
                else
                    out.null();
                out.end_object();
            }
        );
    }

    async::task<result<http::response>> list(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const items = co_await mappings_.list(by.organization(), *id);
        if (!items) co_return items.error();
        co_return list_part(by.request, *items, write_mapping);
    }

    async::task<result<http::response>> map(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        if (!id) co_return no_integration();
        auto const body = json::parse(by.request.body, json::root::object_or_array);
        if (!body) co_return body.error();
        bool const many = body->root().kind() == json::kind::array;
        std::vector<integrations::new_mapping> wanted;
        std::size_t const count = many ? body->root().size() : 1;
        if (count == 0 || count > 1000)
            co_return error{errc::invalid, "A list of mappings has 1 to 1,000 of them."};
        for (std::size_t i = 0; i < count; ++i) {
            auto one = read_new_mapping(
                many ? body->root().element(i) : body->root(),
                many ? "[" + std::to_string(i) + "]" : std::string()
            );
            if (!one) co_return one.error();
            wanted.push_back(std::move(*one));
        }
        auto const made = co_await mappings_.create(by.acting(), *id, std::move(wanted));
        if (!made) co_return made.error();
        co_return many ? made_list(*made, write_mapping) : mapping_answer(201, made->front());
    }

    async::task<result<http::response>> change(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        auto const which = mapping_id::parse(by.capture("mapping_id"));
        if (!id || !which) co_return no_mapping();
        auto const body = json::parse(by.request.body);
        if (!body) co_return body.error();
        auto how = read_mapping_change(body->root());
        if (!how) co_return how.error();
        auto const after = co_await mappings_.change(by.acting(), *id, *which, std::move(*how));
        if (!after) co_return after.error();
        co_return mapping_answer(200, *after);
    }

    async::task<result<http::response>> unmap(call& by) {
        auto const id = integration_id::parse(by.capture("id"));
        auto const which = mapping_id::parse(by.capture("mapping_id"));
        if (!id || !which) co_return no_mapping();
        auto const done = co_await mappings_.remove(by.acting(), *id, *which);
        if (!done) co_return done.error();
        co_return http::response::no_content();
    }

private:
    integrations::mappings& mappings_;
};

}  // namespace

endpoints mapping_endpoints(integrations::mappings& mappings) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const of_integration = "/api/v1/orgs/{org}/integrations/{id}";
    std::string const all = of_integration + "/mappings";
    std::string const one = all + "/{mapping_id}";
    constexpr std::size_t mapping_list = 1u << 20;  // a thousand mappings
    auto const api = std::make_shared<mappings_api>(mappings);
    return {
        {method::get,
         of_integration + "/projects",
         permission::view,
         [api](call& by) { return api->projects(by); }},
        {method::get, all, permission::view, [api](call& by) { return api->list(by); }},
        {method::post,
         all,
         permission::administer,
         [api](call& by) { return api->map(by); },
         body_kind::json,
         mapping_list},
        {method::patch,
         one,
         permission::administer,
         [api](call& by) { return api->change(by); },
         body_kind::json},
        {method::delete_, one, permission::administer, [api](call& by) { return api->unmap(by); }},
    };
}

}  // namespace tocsin::gateway
