#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/grants/operations.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/api_call.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::grants {

using call_fields = std::vector<std::pair<std::string, std::string>>;

/// A request in Sentry's own form, as a client of Sentry sends it.
struct sentry_style_call {
    http::method method = http::method::get;
    std::vector<std::string> path;  ///< segments below `sentry/`, decoded: "api", "0", ...
    call_fields query;
    std::string body;
};

/// A call by name.
struct named_call {
    std::string operation;
    call_fields arguments;
    std::string cursor;  ///< empty: the first page
};

/// A call that consists of operations and their fields only.
struct planned_call {
    /// Several if a change has the fields of several. Never empty.
    std::vector<operation const*> operations;
    std::string_view path;  ///< the pattern
    call_fields captures;   ///< the fields in the path, `org` included
    call_fields query;
    call_fields body;

    std::string_view captured(std::string_view name) const noexcept;
    /// Names of the operations, separated by commas.
    std::string name() const;
    bool writes() const noexcept { return operations.front()->does == effect::writes; }
};

/// Why a call is refused: `not_granted`, or `invalid` for an argument of a named call.
result<planned_call> plan(sentry_style_call const& call);
result<planned_call> plan(named_call const& call);

/// The Sentry organization of an integration.
struct sentry_scope {
    std::string organization_id;
    std::string organization_slug;
    std::vector<project_ref> const& projects;  ///< of the grant; empty: all

    bool has_organization(std::string_view id_or_slug) const noexcept;
    /// Its id, which stays the same when it is renamed.
    std::string const& name_in_path() const noexcept {
        return organization_id.empty() ? organization_slug : organization_id;
    }
    /// The id of the project with this id or slug; nothing if the grant does not include it.
    std::optional<std::string> project_id(std::string_view id_or_slug) const;
    bool includes_project(std::string_view id) const noexcept;
    bool is_restricted() const noexcept { return !projects.empty(); }
};

enum class verdict { allowed, needs_approval };

/// The one decision whether a grant allows a call. Refusals are errc::not_granted with the reason.
result<verdict> permit(
    grant const& given, sentry_scope const& scope, planned_call const& call, timestamp now
);

/// What Sentry is asked, within the organization of the integration and the projects of the grant.
sentry::api_request request_of(planned_call const& call, sentry_scope const& scope);

/// What Sentry is asked before a call, and what its response must be.
struct first_check {
    sentry::api_request request;
    answer_kind answer;
};
/// Reads the issue or release of the call, if it has to be checked first whether the grant includes its
/// projects.
std::optional<first_check> check_before(planned_call const& call, sentry_scope const& scope);

/// `admin` of a resource includes `write`, which includes `read`.
bool has_scope(std::vector<std::string> const& granted, std::string_view wanted) noexcept;

}  // namespace tocsin::grants
