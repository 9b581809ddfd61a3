#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tocsin::sentry {

/// The tokens of a grant. Sentry rejects the previous ones from the moment it responded.
struct token_set {
    secret access_token;
    std::optional<secret> refresh_token;
    std::optional<timestamp> expires_at;
    std::vector<std::string> scopes;
    std::string organization_id;  ///< Sentry's id, if the token is bound to one organization; else empty
};

struct organization {
    std::string id;  ///< Sentry's number as text; empty if the response had none
    std::string slug;
    std::string name;      ///< empty if the response had none
    std::string region{};  ///< where its data is, one of `sentry_regions`; empty if unknown
};

enum class installation_status { pending, installed, other };
inline constexpr enum_names<installation_status, 2> installation_status_names{
    {{installation_status::pending, "pending"}, {installation_status::installed, "installed"}}
};

struct installation {
    uuid id;
    std::string app_slug;
    sentry::organization organization;
    installation_status status = installation_status::other;
};

struct project {
    std::string id;
    std::string slug;
    std::string name;
    std::string platform;
};

/// Names an organization in a call. The id stays valid when the slug changes.
struct organization_ref {
    std::string id_or_slug;
    std::string region{};  ///< as in `organization::region`; saves Sentry a hop and may be empty
};

/// Up to a hundred items, and the cursor of the next page, if any.
template <class T>
struct page {
    std::vector<T> items;
    std::optional<std::string> next;
};

}  // namespace tocsin::sentry
