#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/oncall/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::notify {

using page_id = id_of<struct page_tag>;
using method_id = id_of<struct method_tag>;

/// How a person is reached.
enum class method_kind { mail, push, slack_webhook, sms, voice, webhook };
inline constexpr enum_names<method_kind, 6> method_kind_names{{
    {method_kind::mail, "mail"},
    {method_kind::push, "push"},
    {method_kind::slack_webhook, "slack_webhook"},
    {method_kind::sms, "sms"},
    {method_kind::voice, "voice"},
    {method_kind::webhook, "webhook"},
}};
std::string_view to_string(method_kind k) noexcept;
std::optional<method_kind> parse_method_kind(std::string_view text) noexcept;

enum class page_state {
    due,
    sending,
    accepted,   ///< a provider took it
    delivered,  ///< a device or a carrier confirmed it
    seen,
    acted,
    failed,
    expired,
    cancelled,  ///< the incident was acknowledged or has ended before
    bundled,
    held
};
inline constexpr enum_names<page_state, 11> page_state_names{{
    {page_state::due, "due"},
    {page_state::sending, "sending"},
    {page_state::accepted, "accepted"},
    {page_state::delivered, "delivered"},
    {page_state::seen, "seen"},
    {page_state::acted, "acted"},
    {page_state::failed, "failed"},
    {page_state::expired, "expired"},
    {page_state::cancelled, "cancelled"},
    {page_state::bundled, "bundled"},
    {page_state::held, "held"},
}};
std::string_view to_string(page_state s) noexcept;
std::optional<page_state> parse_page_state(std::string_view text) noexcept;

/// What a call of a channel led to.
enum class attempt_outcome {
    accepted,
    refused,  ///< for good
    failed,   ///< a later attempt may succeed
    unknown,  ///< interrupted; it is sent again
};
inline constexpr enum_names<attempt_outcome, 4> attempt_outcome_names{{
    {attempt_outcome::accepted, "accepted"},
    {attempt_outcome::refused, "refused"},
    {attempt_outcome::failed, "failed"},
    {attempt_outcome::unknown, "unknown"},
}};
std::string_view to_string(attempt_outcome o) noexcept;

}  // namespace tocsin::notify
