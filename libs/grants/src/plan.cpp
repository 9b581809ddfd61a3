#include <tocsin/base/text.hpp>
#include <tocsin/grants/call_rules.hpp>

#include <algorithm>
#include <span>

namespace tocsin::grants {

namespace {

error no_operation() {
    return {
        errc::not_granted,
        "No operation of grants has this path and method. The documentation of grants lists what can be called."
    };
}

std::string_view take_segment(std::string_view& pattern) noexcept {
    auto const slash = pattern.find('/');
    auto const segment = pattern.substr(0, slash);
    pattern.remove_prefix(slash == std::string_view::npos ? pattern.size() : slash + 1);
    return segment;
}

/// The fields of the path, if it has the pattern and every field its format.
std::optional<call_fields> match(std::string_view pattern, std::span<std::string const> path) {
    call_fields captures;
    for (auto const& segment : path) {
        if (pattern.empty()) return std::nullopt;
        auto const expected = take_segment(pattern);
        if (!expected.starts_with('{')) {
            if (expected != segment) return std::nullopt;
            continue;
        }
        auto const name = expected.substr(1, expected.size() - 2);
        if (!has_format(path_format(name), segment)) return std::nullopt;
        captures.emplace_back(name, segment);
    }
    return pattern.empty() ? std::optional(std::move(captures)) : std::nullopt;
}

/// The segments below api/0/; nothing for another path. One slash at the end is allowed, as Sentry's own
/// clients write it.
std::optional<std::span<std::string const>> below_api(std::vector<std::string> const& path) {
    std::span<std::string const> rest(path);
    if (rest.size() < 3 || rest[0] != "api" || rest[1] != "0") return std::nullopt;
    rest = rest.subspan(2);
    if (rest.back().empty()) rest = rest.first(rest.size() - 1);
    return rest;
}

field const* find_field(std::vector<field> const& fields, std::string_view name) noexcept {
    auto const found = std::ranges::find(fields, name, &field::name);
    return found == fields.end() ? nullptr : &*found;
}

std::size_t count(call_fields const& fields, std::string_view name) noexcept {
    return static_cast<std::size_t>(std::ranges::count(fields, name, &call_fields::value_type::first));
}

/// What is wrong with a field of the query; empty for nothing.
std::string query_problem(
    operation const& of, call_fields const& query, call_fields::value_type const& given
) {
    auto const* const known = find_field(of.query, given.first);
    if (!known) return std::string(of.name) + " has no such field";
    if (known->occurs == field::occurrence::once && count(query, given.first) > 1) return "is given twice";
    if (!has_format(known->format, given.second)) return "has a value that grants do not allow";
    return {};
}

error bad_field(std::string_view name, std::string_view problem) {
    return {
        errc::not_granted,
        "The field " + printable(name, 64) + " " + std::string(problem) +
            ". Grants pass on only the fields that the documentation lists."
    };
}

/// The members of a body; nothing if it is not an object of texts.
std::optional<call_fields> members_of(std::string const& body) {
    auto const parsed = json::parse(body);
    if (!parsed) return std::nullopt;
    auto const root = parsed->root();
    call_fields members;
    for (std::size_t i = 0; i < root.size(); ++i) {
        auto const text = root.element(i).as_string();
        if (!text) return std::nullopt;
        members.emplace_back(root.key(i), *text);
    }
    return members;
}

/// Keeps the operations whose fields the body has, and fails for a member that none of them has.
std::optional<error> select_by_body(planned_call& call) {
    for (auto const& [name, value] : call.body) {
        bool const is_known = std::ranges::any_of(call.operations, [&](operation const* each) {
            auto const* const known = find_field(each->body, name);
            return known && has_format(known->format, value);
        });
        if (!is_known)
            return bad_field(name, "of the body is unknown or has a value that grants do not allow");
    }
    std::erase_if(call.operations, [&](operation const* each) {
        return std::ranges::any_of(each->body, [&](field const& needed) {
            return count(call.body, needed.name) == 0;
        });
    });
    if (call.operations.empty()) return bad_field("of the body", "is missing");
    return std::nullopt;
}

result<planned_call> checked(planned_call call) {
    auto const& first = *call.operations.front();
    for (auto const& given : call.query)
        if (auto const problem = query_problem(first, call.query, given); !problem.empty())
            return bad_field(given.first, problem);
    if (first.does == effect::writes)
        if (auto problem = select_by_body(call)) return *problem;
    return call;
}

error bad_argument(std::string_view name, std::string message) {
    return {
        errc::invalid,
        "An argument of the operation is wrong.",
        {{"args." + printable(name, 64), std::move(message)}}
    };
}

/// Whether the pattern's fields are all given once; `org` is known.
bool has_fields(std::string_view pattern, call_fields const& arguments) {
    while (!pattern.empty()) {
        auto const segment = take_segment(pattern);
        if (!segment.starts_with('{') || segment == "{org}") continue;
        if (count(arguments, segment.substr(1, segment.size() - 2)) != 1) return false;
    }
    return true;
}

/// Moves the arguments to where the operation has them.
std::optional<error> place(planned_call& call, call_fields const& arguments) {
    auto const& of = *call.operations.front();
    for (auto const& argument : arguments) {
        auto const& [name, value] = argument;
        if (call.path.find("{" + name + "}") != std::string_view::npos && name != "org") {
            if (!has_format(path_format(name), value))
                return bad_argument(name, "has a value that grants do not allow");
            call.captures.push_back(argument);
        } else if (auto const* const in_body = find_field(of.body, name)) {
            if (!has_format(in_body->format, value))
                return bad_argument(name, "has a value that grants do not allow");
            if (count(call.body, name) > 0) return bad_argument(name, "is given twice");
            call.body.push_back(argument);
        } else if (auto problem = query_problem(of, arguments, argument); !problem.empty()) {
            return bad_argument(name, std::move(problem));
        } else {
            call.query.push_back(argument);
        }
    }
    for (auto const& needed : of.body)
        if (count(call.body, needed.name) == 0) return bad_argument(needed.name, "is required");
    return std::nullopt;
}

}  // namespace

result<planned_call> plan(sentry_style_call const& call) {
    auto const path = below_api(call.path);
    if (!path) return no_operation();
    planned_call planned;
    for (auto const& each : operations()) {
        if (each.method != call.method) continue;
        for (auto const pattern : each.paths) {
            auto captures = match(pattern, *path);
            if (!captures) continue;
            planned.path = pattern;
            planned.captures = std::move(*captures);
            planned.operations.push_back(&each);
        }
    }
    if (planned.operations.empty()) return no_operation();
    planned.query = call.query;
    if (planned.writes()) {
        auto members = members_of(call.body);
        if (!members) return bad_field("of the body", "is no text");
        planned.body = std::move(*members);
    } else if (!call.body.empty()) {
        return bad_field("of the body", "is not allowed");
    }
    return checked(std::move(planned));
}

result<planned_call> plan(named_call const& call) {
    auto const* const of = find_operation(call.operation);
    if (!of)
        return error{
            errc::invalid,
            "There is no operation of this name.",
            {{"operation", "must be an operation of grants"}}
        };
    auto arguments = call.arguments;
    if (of->name == "resolve_issue" && count(arguments, "status") == 0)
        arguments.emplace_back("status", "resolved");
    if (!call.cursor.empty()) arguments.emplace_back("cursor", call.cursor);
    planned_call planned;
    planned.operations = {of};
    auto const pattern =
        std::ranges::find_if(of->paths, [&](std::string_view each) { return has_fields(each, arguments); });
    if (pattern == of->paths.end()) {
        auto const& path = of->paths.front();
        for (auto const* const name : {"project", "issue", "event", "version"})
            if (path.find("{" + std::string(name) + "}") != std::string_view::npos &&
                count(arguments, name) != 1)
                return bad_argument(name, "is required, once");
    }
    planned.path = pattern == of->paths.end() ? of->paths.back() : *pattern;
    if (auto problem = place(planned, arguments)) return *problem;
    return planned;
}

}  // namespace tocsin::grants
