#include "gateway/policies_api.hpp"

#include "gateway/durations.hpp"
#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"

#include <tocsin/identity/principal.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using oncall::new_policy;
using oncall::policy;
using oncall::policy_change;
using oncall::policy_id;

constexpr json::length slug_length{1, 63};
constexpr json::length name_length{1, 200};
constexpr std::int64_t most_laps = 20;
constexpr std::size_t most_steps = 20;
constexpr std::size_t most_targets = 50;
constexpr std::chrono::seconds longest_wait = std::chrono::hours(168);

/// The elements of a list, each read by `read_one(element, path)`, which reports what is wrong with it.
template <class T, class ReadOne>
std::optional<std::vector<T>> read_list(
    json::reader& in, std::string_view name, std::size_t max_items, ReadOne const& read_one
) {
    auto const list = in.optional_value(name);
    if (!list) return std::nullopt;
    if (list->kind() != json::kind::array || list->size() == 0 || list->size() > max_items) {
        in.reject(name, "must be a list of 1 to " + std::to_string(max_items) + " objects");
        return std::nullopt;
    }
    std::vector<T> all;
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto const path = std::string(name) + "[" + std::to_string(i) + "]";
        if (list->element(i).kind() != json::kind::object) {
            in.reject(path, "must be an object");
            continue;
        }
        json::reader element(list->element(i));
        all.push_back(read_one(element));
        if (auto const problems = element.problems())
            for (auto const& each : problems->fields) in.reject(path + "." + each.path, each.message);
    }
    return all;
}

oncall::target read_target(json::reader& in) {
    oncall::target read;
    auto const kind = choice(oncall::target_kind_names).read(in, "kind");
    if (!kind && !is_given(in, "kind")) in.reject("kind", "is required");
    read.kind = kind.value_or(oncall::target_kind::user);
    read.id = in.required_text("id", {1, 320});
    if (kind == oncall::target_kind::role && !read.id.empty() &&
        !value_of(identity::role_names, std::string_view(read.id)))
        in.reject("id", "must be a role: owner, admin, responder, or viewer");
    read.urgency =
        choice(oncall::target_urgency_names).read(in, "urgency").value_or(oncall::target_urgency::as_is);
    // The only pick until targets stand for a rotation.
    in.optional_word("pick", {"all"});
    return read;
}

oncall::step read_step(json::reader& in) {
    oncall::step read;
    if (auto const wait = duration{std::chrono::seconds(0), longest_wait}.read(in, "wait")) read.wait = *wait;
    if (in.optional_bool("everyone_must_ack") == true)
        in.reject("everyone_must_ack", "is not available yet: the first acknowledgement ends the alarm");
    auto targets = read_list<oncall::target>(in, "targets", most_targets, read_target);
    if (targets)
        read.targets = std::move(*targets);
    else if (!is_given(in, "targets"))
        in.reject("targets", "is required");
    return read;
}

struct steps_field {
    std::optional<std::vector<oncall::step>> read(json::reader& in, std::string_view name) const {
        return read_list<oncall::step>(in, name, most_steps, read_step);
    }
    void describe(input_field&) const noexcept {}
};

struct laps_field {
    std::optional<int> read(json::reader& in, std::string_view name) const {
        auto const laps = in.optional_int(name, 1, most_laps);
        return laps ? std::optional(static_cast<int>(*laps)) : std::nullopt;
    }
    void describe(input_field&) const noexcept {}
};

struct policy_body {
    std::string slug;
    std::string name;
    std::optional<int> laps;
    std::optional<bool> last_resort;
    std::vector<oncall::step> steps;
};

input<policy_body> new_policy_body() {
    return body_fields<policy_body>()
        .required("slug", &policy_body::slug, pasted(slug_length, slug_problem))
        .required("name", &policy_body::name, text{name_length})
        .optional("laps", &policy_body::laps, laps_field{})
        .optional("last_resort", &policy_body::last_resort, flag{})
        .required("steps", &policy_body::steps, steps_field{})
        .as_input();
}

input<policy_change> policy_change_body() {
    constexpr auto wrong = text::null::is_wrong;
    return body_fields<policy_change>()
        .optional("slug", &policy_change::slug, pasted(slug_length, slug_problem, wrong))
        .optional("name", &policy_change::name, text{name_length, nullptr, wrong})
        .optional("laps", &policy_change::laps, laps_field{})
        .optional("last_resort", &policy_change::last_resort, flag{})
        .optional("steps", &policy_change::steps, steps_field{})
        .optional("is_default", &policy_change::is_default, flag{})
        .check([](json::reader& in, policy_change const& given) {
            if (given.is_default == false)
                in.reject("is_default", "cannot be false: make another policy the default instead");
        })
        .at_least_one()
        .as_input();
}

void write_policy(json::writer& out, policy const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("slug", from.slug)
        .field("name", from.name)
        .field("version", from.version)
        .field("is_default", from.is_default)
        .field("laps", from.ladder.laps)
        .field("last_resort", from.ladder.last_resort)
        .name("steps")
        .begin_array();
    for (auto const& each : from.ladder.steps) {
        out.begin_object()
            .field("wait", duration_text(each.wait))
            .field("everyone_must_ack", false)
            .name("targets")
            .begin_array();
        for (auto const& called : each.targets)
            out.begin_object()
                .field("kind", to_string(called.kind))
                .field("id", called.id)
                .field("urgency", to_string(called.urgency))
                .field("pick", "all")
                .end_object();
        out.end_array().end_object();
    }
    out.end_array().field("created_at", from.created_at).end_object();
}

class policies_api {
public:
    explicit policies_api(oncall::policies& policies) : policies_(policies) {}

    response_task list(request_context& ctx, page_of<policy_id> page) {
        auto const items = co_await policies_.list(ctx.organization(), page.after, page.rows());
        co_return key_page(page, items, write_policy, [](policy const& last) { return last.id.str(); });
    }

    response_task create(request_context& ctx, policy_body given) {
        new_policy wanted{std::move(given.slug), std::move(given.name), {}};
        wanted.ladder.laps = given.laps.value_or(wanted.ladder.laps);
        wanted.ladder.last_resort = given.last_resort.value_or(wanted.ladder.last_resort);
        wanted.ladder.steps = std::move(given.steps);
        co_return json_result(co_await policies_.create(ctx.tenant(), std::move(wanted)), write_policy, 201);
    }

    response_task show(request_context& ctx, policy_id id) {
        co_return json_result(co_await policies_.find(ctx.organization(), id), write_policy);
    }

    response_task change(request_context& ctx, policy_id id, policy_change wanted) {
        co_return json_result(co_await policies_.change(ctx.tenant(), id, std::move(wanted)), write_policy);
    }

    response_task remove(request_context& ctx, policy_id id) {
        co_return no_content_result(co_await policies_.remove(ctx.tenant(), id));
    }

private:
    oncall::policies& policies_;
};

}  // namespace

endpoints policy_endpoints(oncall::policies& policies) {
    using identity::permission;
    using api = policies_api;
    endpoint_list<api> rows(std::make_shared<api>(policies), "/api/v1/orgs/{org}/policies");
    auto const id = id_in_path<policy_id>("id", "There is no such policy.");
    rows.get("", permission::view, &api::list, page_input<policy_id>());
    rows.post("", permission::administer, &api::create, new_policy_body());
    rows.get("/{id}", permission::view, &api::show, id);
    rows.patch("/{id}", permission::administer, &api::change, id, policy_change_body());
    rows.remove("/{id}", permission::administer, &api::remove, id);
    return rows.take();
}

}  // namespace tocsin::gateway
