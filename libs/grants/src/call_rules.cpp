#include <tocsin/grants/call_rules.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>

namespace tocsin::grants {

namespace {

error not_granted(std::string detail) {
    return {errc::not_granted, std::move(detail)};
}

std::vector<std::string_view> segments_of(std::string_view pattern) {
    std::vector<std::string_view> segments;
    while (true) {
        auto const slash = pattern.find('/');
        segments.push_back(pattern.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        pattern.remove_prefix(slash + 1);
    }
}

std::string_view field_in(std::string_view segment) noexcept {
    return segment.starts_with('{') ? segment.substr(1, segment.size() - 2) : std::string_view();
}

bool allows_project(sentry_scope const& scope, std::string_view id_or_slug) {
    return !scope.is_restricted() || scope.project_id(id_or_slug).has_value();
}

}  // namespace

std::string_view planned_call::captured(std::string_view name) const noexcept {
    auto const found = std::ranges::find(captures, name, &call_fields::value_type::first);
    return found == captures.end() ? std::string_view() : std::string_view(found->second);
}

std::string planned_call::name() const {
    std::string names;
    for (auto const* each : operations) names += (names.empty() ? "" : ",") + std::string(each->name);
    return names;
}

bool sentry_scope::has_organization(std::string_view id_or_slug) const noexcept {
    return !id_or_slug.empty() && (id_or_slug == organization_slug || id_or_slug == organization_id);
}

std::optional<std::string> sentry_scope::project_id(std::string_view id_or_slug) const {
    // An id first: a slug may consist of digits.
    for (auto const& each : projects)
        if (each.id == id_or_slug) return each.id;
    for (auto const& each : projects)
        if (!each.slug.empty() && each.slug == id_or_slug) return each.id;
    return std::nullopt;
}

bool sentry_scope::includes_project(std::string_view id) const noexcept {
    return !is_restricted() || std::ranges::find(projects, id, &project_ref::id) != projects.end();
}

result<verdict> permit(
    grant const& given, sentry_scope const& scope, planned_call const& call, timestamp now
) {
    if (given.expires_at && *given.expires_at <= now)
        return not_granted("This grant has expired. An admin can create another one or extend it.");
    for (auto const* each : call.operations)
        if (std::ranges::find(given.operations, each->name) == given.operations.end())
            return not_granted(
                "This grant does not include " + std::string(each->name) + ". An admin can add it."
            );
    auto const org = call.captured("org");
    if (!org.empty() && !scope.has_organization(org))
        return not_granted("This grant is for the Sentry organization " + scope.organization_slug + " only.");
    constexpr auto other_project = "This grant does not include that project. An admin can add it.";
    auto const project = call.captured("project");
    if (!project.empty() && !allows_project(scope, project)) return not_granted(other_project);
    for (auto const& [name, value] : call.query)
        if (name == "project" && !allows_project(scope, value)) return not_granted(other_project);
    bool const asks =
        given.approval == approval::all || (given.approval == approval::writes && call.writes());
    return asks ? verdict::needs_approval : verdict::allowed;
}

sentry::api_request request_of(planned_call const& call, sentry_scope const& scope) {
    sentry::api_request request{call.operations.front()->method, {}, call.query, {}};
    auto const is_of_user = call.path == "organizations";
    if (!is_of_user && call.path.find("{org}") == std::string_view::npos)
        request.path = {"organizations", scope.name_in_path()};
    for (auto const segment : segments_of(call.path)) {
        auto const name = field_in(segment);
        auto value = std::string(name.empty() ? segment : call.captured(name));
        if (name == "org") value = scope.name_in_path();
        if (name == "project" && scope.is_restricted()) value = scope.project_id(value).value_or("-");
        request.path.push_back(std::move(value));
    }
    auto const answer = call.operations.front()->answer;
    bool const spans_projects = answer == answer_kind::issues || answer == answer_kind::releases;
    if (scope.is_restricted() && spans_projects) {
        bool has_project = !call.captured("project").empty();
        for (auto& [name, value] : request.query) {
            if (name != "project") continue;
            value = scope.project_id(value).value_or("-");
            has_project = true;
        }
        if (!has_project)
            for (auto const& each : scope.projects) request.query.emplace_back("project", each.id);
    }
    if (!call.body.empty()) {
        json::writer out;
        out.begin_object();
        for (auto const& [name, value] : call.body) out.field(name, value);
        request.body = out.end_object().take();
    }
    return request;
}

std::optional<first_check> check_before(planned_call const& call, sentry_scope const& scope) {
    auto const answer = call.operations.front()->answer;
    if (!scope.is_restricted()) return std::nullopt;
    auto const check = [&](std::string_view list, std::string_view name, answer_kind wanted) {
        return first_check{
            {http::method::get,
             {"organizations", scope.name_in_path(), std::string(list), std::string(call.captured(name))},
             {},
             {}},
            wanted
        };
    };
    if (answer == answer_kind::change || answer == answer_kind::events)
        return check("issues", "issue", answer_kind::issue);
    if (answer == answer_kind::release_parts) return check("releases", "version", answer_kind::whole_release);
    return std::nullopt;
}

bool has_scope(std::vector<std::string> const& granted, std::string_view wanted) noexcept {
    auto const rank = [](std::string_view level) {
        return level == "admin" ? 3 : level == "write" ? 2 : level == "read" ? 1 : 0;
    };
    auto const colon = wanted.find(':');
    auto const resource = wanted.substr(0, colon + 1);
    auto const needed = rank(wanted.substr(colon + 1));
    return std::ranges::any_of(granted, [&](std::string const& each) {
        return each.starts_with(resource) && rank(std::string_view(each).substr(resource.size())) >= needed;
    });
}

}  // namespace tocsin::grants
