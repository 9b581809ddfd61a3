#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/identity/api_token.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::grants {

using grant_id = id_of<struct grant_tag>;
using approval_id = id_of<struct approval_tag>;

/// Which calls a person must approve.
enum class approval { none, writes, all };
inline constexpr enum_names<approval, 3> approval_names{
    {{approval::none, "none"}, {approval::writes, "writes"}, {approval::all, "all"}}
};
std::string_view to_string(approval a) noexcept;
std::optional<approval> parse_approval(std::string_view text) noexcept;

/// Who may use a grant: a member or an API token.
struct holder {
    std::optional<user_id> user;
    std::optional<identity::token_id> token;
    std::string name;  ///< the member's address or the token's name

    bool is(std::optional<user_id> const& person, std::optional<identity::token_id> const& program) const {
        return user ? person == user : token && program == token;
    }
};

struct project_ref {
    std::string id;
    std::string slug;  ///< empty if it is not known
};

/// The right to call Sentry through an integration, within limits, without its token.
struct grant {
    grant_id id;
    std::string name;
    integration_id integration;
    grants::holder holder;
    std::vector<std::string> operations;
    std::vector<project_ref> projects;  ///< empty: all of the integration
    grants::approval approval = approval::none;
    int per_minute = 60;
    std::string created_by;
    timestamp created_at;
    std::optional<timestamp> expires_at;
    std::optional<timestamp> last_used_at;
};

struct new_grant {
    std::string name;
    integration_id integration;
    std::optional<identity::token_id> token;  ///< the holder; nothing: the member, or else the creator
    std::optional<std::string> member;        ///< the holder's address
    std::optional<std::vector<std::string>> operations;  ///< nothing: those that only read
    std::vector<std::string> projects;                   ///< slugs or ids
    grants::approval approval = approval::none;
    int per_minute = 60;
    std::optional<timestamp> expires_at;
};

/// Fields without a value stay as they are.
struct grant_change {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> operations;
    std::optional<std::vector<std::string>> projects;
    std::optional<grants::approval> approval;
    std::optional<int> per_minute;
    std::optional<std::optional<timestamp>> expires_at;
};

/// What became of a call.
enum class call_result {
    running,   ///< or interrupted
    answered,  ///< by Sentry, also with a refusal of its own
    refused,   ///< by the grant
    failed,    ///< no usable response from Sentry
    asked,     ///< a person must approve it first
};
inline constexpr enum_names<call_result, 5> call_result_names{{
    {call_result::running, "running"},
    {call_result::answered, "answered"},
    {call_result::refused, "refused"},
    {call_result::failed, "failed"},
    {call_result::asked, "asked"},
}};
std::string_view to_string(call_result r) noexcept;
std::optional<call_result> parse_call_result(std::string_view text) noexcept;

/// The record of one call.
struct recorded_call {
    uuid id;
    timestamp at;
    std::string operation;  ///< empty: of a path that no operation has
    std::string project;    ///< in the call; empty: none
    call_result result = call_result::running;
    std::optional<int> status;  ///< Sentry's
    std::int64_t bytes = 0;     ///< of the response
    std::optional<int> duration_ms;
    std::string detail;     ///< why it was refused or failed
    std::string arguments;  ///< JSON; empty: of a call that only reads
    std::string caller;
    std::string request_id;
};

}  // namespace tocsin::grants
