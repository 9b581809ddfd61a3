#pragma once

#include "gateway/input.hpp"
#include "gateway/problem.hpp"

#include <tocsin/grants/approvals.hpp>
#include <tocsin/grants/operations.hpp>
#include <tocsin/grants/types.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/identity/token_scope.hpp>
#include <tocsin/incidents/types.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/notify/types.hpp>

#include <set>
#include <string>
#include <vector>

namespace tocsin::test {

/// A set of words that the program shares with the OpenAPI document, and with checks of the database schema.
struct vocabulary {
    std::string schema;  ///< its name in the OpenAPI document
    std::set<std::string> words;
    std::vector<std::string> columns = {};  ///< `table.column` with a check
};

inline std::set<std::string> as_set(std::vector<std::string> const& words) {
    return {words.begin(), words.end()};
}

template <class Enum, std::size_t N>
std::set<std::string> as_set(enum_names<Enum, N> const& names) {
    return as_set(gateway::words_of(names));
}

inline std::vector<vocabulary> vocabularies() {
    auto mapping_severities = as_set(incidents::severity_names);
    mapping_severities.insert("auto");
    return {
        {"Role", as_set(identity::role_names), {"members.role", "invitations.role"}},
        {"AssignableRole", as_set(identity::assignable_role_names()), {}},
        {"TokenRole", as_set(identity::token_role_names), {"api_tokens.role"}},
        {"TokenScope", as_set(identity::token_scope_names), {}},
        {"IncidentStatus", as_set(incidents::status_names), {"incidents.status"}},
        {"Severity", as_set(incidents::severity_names), {"incidents.severity"}},
        {"Resolution", as_set(incidents::resolution_names), {"incidents.resolution"}},
        {"Outcome", as_set(incidents::outcome_names), {"deliveries.outcome"}},
        {"TimelineKind", as_set(incidents::entry_names), {"timeline.kind"}},
        {"ActorType", as_set(incidents::actor_names), {"timeline.actor_type"}},
        {"IntegrationMode", as_set(integrations::mode_names), {"integrations.mode"}},
        {"IntegrationStatus", as_set(integrations::status_names), {"integrations.status"}},
        {"IntegrationReason", as_set(integrations::reason_names), {}},
        {"MappingSeverity", mapping_severities, {"mappings.severity"}},
        {"ConnectError", as_set(integrations::connect_refusal_names), {}},
        {"ApprovalState", as_set(grants::approval_state_names), {"approvals.state"}},
        {"GrantApproval", as_set(grants::approval_names), {"grants.approval"}},
        {"GrantOperation", as_set(grants::operation_names()), {}},
        {"GrantCallResult", as_set(grants::call_result_names), {"grant_calls.result"}},
        {"Urgency", as_set(oncall::urgency_names), {"alarms.urgency", "pages.urgency"}},
        {"PageState", as_set(notify::page_state_names), {"pages.state"}},
        {"MethodKind", as_set(notify::method_kind_names), {"methods.kind"}},
        {"ProblemCode", as_set(gateway::problem_codes()), {}},
    };
}

}  // namespace tocsin::test
