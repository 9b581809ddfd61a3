#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/client.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::integrations {

enum class check_outcome { passed, warning, failed };
std::string_view to_string(check_outcome o) noexcept;

/// One thing that was looked at, and what came of it, with the remedy where it is not well.
struct check_result {
    std::string name;  ///< token, scopes, organization, webhooks, mappings
    check_outcome outcome = check_outcome::passed;
    std::string detail;
};

/// Looks at an integration from end to end: whether Sentry takes the token, what it allows, which
/// organization it is for, whether webhooks arrive, and whether anything is mapped. Changes nothing.
class checker {
public:
    checker(db::pool& pool, sentry::client& sentry, crypto::vault const& vault)
        : pool_(pool), sentry_(sentry), vault_(vault) {}

    async::task<result<std::vector<check_result>>> check(organization_id org, integration_id id);

private:
    struct answers {
        std::optional<sentry::call_failure> refusal;
        std::optional<sentry::installation> installation;
        std::optional<sentry::organization> organization;
    };
    async::task<answers> ask(integration about, secret token);

    db::pool& pool_;
    sentry::client& sentry_;
    crypto::vault const& vault_;
};

}  // namespace tocsin::integrations
