#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/grants/call_rules.hpp>
#include <tocsin/grants/fair_gate.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/integrations/api_caller.hpp>
#include <tocsin/observe/metrics.hpp>

#include <memory>
#include <optional>
#include <string>

namespace tocsin::grants {

/// Sentry's response to a call, restricted to what the grant includes.
struct call_answer {
    int status = 0;
    http::fields headers;  ///< those of the rate limit, `Link`, and, of unrestricted grants, `X-Hits`
    std::string body;      ///< JSON; may be empty
    /// Set: the call was not made, because a person must approve it first.
    std::optional<approval_id> approval = {};
};

/// Calls Sentry for the holders of grants. Every call is decided by `permit` and recorded, refused ones
/// included. Belongs to the I/O thread.
class caller {
public:
    caller(
        db::pool& pool,
        integrations::api_caller& sentry,
        observe::metrics& metrics,
        clock const& time = system_clock()
    );

    /// `planned` may be a refusal, which is recorded, too.
    async::task<result<call_answer>> call(
        organization_id org, identity::principal who, grant_id id, result<planned_call> planned
    );
    /// A call that a person has approved, for the one who asked.
    async::task<result<call_answer>> call_approved(
        organization_id org, identity::principal who, grant_id id, result<planned_call> planned
    );

private:
    struct admitted;
    enum class consent { not_given, given };

    async::task<result<call_answer>> make(
        organization_id org,
        identity::principal who,
        grant_id id,
        result<planned_call> planned,
        consent of_person
    );
    async::task<result<admitted>> admit(
        organization_id org,
        identity::principal who,
        grant_id id,
        result<planned_call> planned,
        consent of_person
    );
    async::task<result<call_answer>> ask(organization_id org, admitted const& call);
    async::task<result<sentry::api_response>> send(
        organization_id org, admitted const& call, sentry::api_request request
    );
    void count(std::string_view operation, call_result result);

    db::pool& pool_;
    integrations::api_caller& sentry_;
    observe::metrics& metrics_;
    clock const& clock_;
    std::shared_ptr<fair_gate> gate_;
};

}  // namespace tocsin::grants
