#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/sentry/client.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

enum class check_outcome { passed, warning, failed };
inline constexpr enum_names<check_outcome, 3> check_outcome_names{{
    {check_outcome::passed, "passed"},
    {check_outcome::warning, "warning"},
    {check_outcome::failed, "failed"},
}};
std::string_view to_string(check_outcome o) noexcept;

struct check_result {
    std::string name;  ///< token, scopes, organization, webhooks, mappings
    check_outcome outcome = check_outcome::passed;
    std::string detail;  ///< with the remedy unless it passed
};

/// Checks an integration end to end: the token, its scopes, its organization, its webhooks, and its mappings.
/// Changes nothing.
class checker {
public:
    checker(db::pool& pool, sentry::client& sentry, crypto::vault const& vault)
        : pool_(pool), sentry_(sentry), vault_(vault) {}

    async::task<result<std::vector<check_result>>> check(organization_id org, integration_id id);

private:
    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
};

}  // namespace tocsin::integrations
