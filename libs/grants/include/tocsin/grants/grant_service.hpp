#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/mappings.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::grants {

/// The ids of an integration's projects, given by slug or id; errc::invalid with the path `projects[i]` for
/// one that Sentry does not list.
using project_resolver = std::function<
    async::task<result<std::vector<std::string>>>(organization_id, integration_id, std::vector<std::string>)>;

/// From Sentry's list of projects. `mappings` outlives the function.
project_resolver resolve_with(integrations::mappings& mappings);

/// From the projects that deliveries and Sentry's lists have named so far, for the command line. `pool`
/// outlives the function.
project_resolver resolve_recorded(db::pool& pool);

/// The grants of organizations. The pool's role is tocsin_gateway or tocsin_operator, and it outlives this
/// object. An actor that is neither a person nor a token is the command line.
class grant_service {
public:
    grant_service(db::pool& pool, project_resolver resolve, clock const& time = system_clock())
        : pool_(pool), resolve_(std::move(resolve)), clock_(time) {}

    /// Grants that are not revoked, newest first; with `name`, at most that one.
    async::task<std::vector<grant>> list(
        organization_id org,
        std::optional<grant_id> before,
        std::optional<std::string> name,
        std::int64_t limit
    );
    async::task<result<grant>> find(organization_id org, grant_id id);
    /// The holder is `wanted.member` or `wanted.token`, else the actor.
    async::task<result<grant>> create(organization_id org, identity::principal actor, new_grant wanted);
    async::task<result<grant>> change(
        organization_id org, identity::principal actor, grant_id id, grant_change change
    );
    /// Applies from the next call on.
    async::task<result<void>> revoke(organization_id org, identity::principal actor, grant_id id);
    /// Newest first.
    async::task<result<std::vector<recorded_call>>> calls(
        organization_id org, grant_id id, std::optional<uuid> before, std::int64_t limit
    );

private:
    db::pool& pool_;
    project_resolver resolve_;
    clock const& clock_;
};

}  // namespace tocsin::grants
