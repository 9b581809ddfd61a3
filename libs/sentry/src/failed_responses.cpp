#include "redaction.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>
#include <charconv>

namespace tocsin::sentry {

namespace {

using namespace std::chrono_literals;

/// Whole seconds. A number that is too large becomes `very_many`.
std::optional<std::chrono::seconds> parse_seconds(std::optional<std::string_view> header) {
    constexpr std::int64_t very_many = 1'000'000'000'000;
    bool const digits = header && !header->empty() && std::all_of(header->begin(), header->end(), [](char c) {
                            return c >= '0' && c <= '9';
                        });
    if (!digits) return std::nullopt;
    std::int64_t value = very_many;
    std::from_chars(header->data(), header->data() + header->size(), value);
    return std::chrono::seconds(std::min(value, very_many));
}

/// The time until an HTTP date ("Mon, 02 Mar 2026 09:00:17 GMT"); negative if it has passed.
std::optional<std::chrono::seconds> seconds_until(std::optional<std::string_view> header, timestamp now) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (!header || header->size() != 29 || !header->ends_with(" GMT")) return std::nullopt;
    auto const month = months.find(header->substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    auto const number = month / 3 + 1;
    auto const date = parse_rfc3339(
        std::string(header->substr(12, 4)) + (number < 10 ? "-0" : "-") + std::to_string(number) + "-" +
        std::string(header->substr(5, 2)) + "T" + std::string(header->substr(17, 8)) + "Z"
    );
    if (!date) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(*date - now);
}

/// From Retry-After or from Sentry's reset header, which is a Unix time; between a second and an hour.
std::optional<std::chrono::seconds> requested_pause(http::fields const& headers, timestamp now) {
    std::optional<std::chrono::seconds> pause = parse_seconds(headers.find("Retry-After"));
    if (!pause) pause = seconds_until(headers.find("Retry-After"), now);
    if (!pause) {
        if (auto const reset = parse_seconds(headers.find("X-Sentry-Rate-Limit-Reset")))
            pause = *reset - std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    }
    if (!pause) return std::nullopt;
    return std::clamp<std::chrono::seconds>(*pause, 1s, 3600s);
}

/// What Sentry says in its own responses that are no success, unchanged: it may contain secrets.
struct sentry_refusal {
    std::string message;
    std::string code;            ///< of {"detail": {"code": ...}}
    bool is_oauth_name = false;  ///< the message is the name in {"error": ...}
};

std::string text_at(json::value const& object, std::string_view name) {
    auto const field = object.find(name);
    return std::string(field ? field->as_string().value_or("") : "");
}

/// OAuth's error names consist of lower-case letters and underscores; in other responses `error` is a
/// sentence.
bool is_oauth_error(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 64 &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// The first text of {"field": ["text", ...], ...}, with its field; none if `object` is not such a map.
std::optional<std::string> first_field_error(json::value const& object) {
    std::optional<std::string> first;
    for (std::size_t i = 0; i < object.size(); ++i) {
        auto const texts = object.element(i);
        if (texts.kind() != json::kind::array || texts.size() == 0) return std::nullopt;
        auto const text = texts.element(0).as_string();
        if (!text) return std::nullopt;
        if (!first) first = std::string(object.key(i)) + ": " + std::string(*text);
    }
    return first;
}

/// The only place that decides whether Sentry itself responded; firewalls and proxies answer with pages, and
/// with JSON of their own. Sentry's errors are {"detail": text}, {"detail": {"code", "message"}},
/// {"detail": [text]}, {"error": text}, or {"field": [text]}. By content, because Sentry sends some of them
/// as text/html.
std::optional<sentry_refusal> read_refusal(std::string_view body) {
    constexpr std::size_t max_size = 64 * 1024;
    if (body.size() > max_size) return std::nullopt;
    auto const parsed = json::parse(body);
    if (!parsed) return std::nullopt;
    auto const root = parsed->root();
    if (auto const detail = root.find("detail")) {
        if (detail->kind() == json::kind::string) return sentry_refusal{text_at(root, "detail"), {}};
        if (detail->kind() == json::kind::object && (detail->find("code") || detail->find("message"))) {
            auto code = text_at(*detail, "code");
            auto message = text_at(*detail, "message");
            return sentry_refusal{message.empty() ? code : std::move(message), std::move(code)};
        }
        if (detail->kind() == json::kind::array && detail->size() > 0)
            if (auto const text = detail->element(0).as_string())
                return sentry_refusal{std::string(*text), {}};
    }
    if (auto const error = root.find("error"); error && error->kind() == json::kind::string) {
        auto message = text_at(root, "error");
        bool const is_name = is_oauth_error(message);
        return sentry_refusal{std::move(message), {}, is_name};
    }
    if (auto message = first_field_error(root)) return sentry_refusal{std::move(*message), {}};
    return std::nullopt;
}

bool is_web_page(std::string_view body) noexcept {
    auto const start = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return start != std::string_view::npos && body[start] == '<';
}

failure_kind kind_of(int status) noexcept {
    switch (status) {
        case 400:
        case 401:
        case 403:
        case 409:
        case 422:
            return failure_kind::refused;
        case 404:
            return failure_kind::gone;
        default:
            return failure_kind::transient;
    }
}

}  // namespace

std::optional<call_failure> failure_in(
    http::client_response const& response, timestamp now, std::span<secret const> sent
) {
    bool const is_success = response.status >= 200 && response.status <= 299;
    if (is_success && !is_web_page(response.body)) return std::nullopt;
    auto const refusal = is_success ? std::nullopt : read_refusal(response.body);
    auto const status = "status " + std::to_string(response.status);
    call_failure why{
        .kind = failure_kind::transient,
        .http_status = response.status,
        .detail = status,
        // A 5xx, or a page instead of a success, may come after the change was committed.
        .in_doubt = is_success || response.status >= 500,
        .retry_after = requested_pause(response.headers, now)
    };
    if (refusal) {
        why.kind = kind_of(response.status);
        auto const shown = [&](std::string const& text) { return printable(redacted(text, sent), 300); };
        if (!refusal->message.empty()) why.detail = shown(refusal->message);
        why.code = shown(refusal->code);
        if (refusal->is_oauth_name) why.oauth_error = why.detail;
        // Other refusals with 403 (a grant type, a feature that is off) have other messages.
        why.lacks_permission =
            response.status == 403 && why.detail == "You do not have permission to perform this action.";
    } else if (response.status < 500 && response.status != 429) {
        why.from_proxy = true;
        why.detail = "a firewall or proxy responded instead of Sentry (" + status + ")";
    }
    if (response.status == 429) why.kind = failure_kind::rate_limited;
    return why;
}

}  // namespace tocsin::sentry
