#include "service/search_terms.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Of an id or a short id, which may have several parts: CHECKOUT-API-1F.
bool is_id_character(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// The id at the beginning of `text`; nothing if these are only words, as in /issues/feedback/.
std::optional<std::string> leading_id(std::string_view text) {
    auto const end = std::ranges::find_if_not(text, is_id_character);
    std::string_view const id(text.begin(), end);
    if (std::ranges::none_of(id, is_digit)) return std::nullopt;
    return std::string(id);
}

std::optional<std::string> id_after(std::string_view link, std::string_view mark) {
    auto const at = link.find(mark);
    return at == link.npos ? std::nullopt : leading_id(link.substr(at + mark.size()));
}

/// A pasted link is one word that begins with a scheme or a host name. Chats and mails add quotes and angle
/// brackets.
bool is_link(std::string_view word) noexcept {
    if (word.find_first_of(" \t\r\n") != word.npos) return false;
    auto const host = word.substr(0, word.find('/'));
    return word.find("://") != word.npos || (host.size() < word.size() && host.find('.') != host.npos);
}

/// `feedbackSlug=project%3A4509877862268928` has the project's slug first.
std::optional<std::string> feedback_in(std::string_view link) {
    constexpr std::string_view mark = "feedbackSlug=";
    auto const at = link.find(mark);
    if (at == link.npos) return std::nullopt;
    auto const value = link.substr(at + mark.size());
    auto const slug = value.substr(0, value.find('&'));
    for (std::string_view const separator : {"%3A", "%3a", ":"})
        if (auto id = id_after(slug, separator)) return id;
    return std::nullopt;
}

/// In pages and API addresses of Sentry: issues, events of issues, feedback, and metric alerts.
std::optional<std::string> source_in(std::string_view link) {
    if (auto id = id_after(link, "/issues/")) return id;
    if (auto id = feedback_in(link)) return id;
    return id_after(link, "/alerts/rules/details/");
}

}  // namespace

search_terms parse_search(std::string_view query) {
    auto const text = trim(query);
    if (text.starts_with('#'))
        if (auto const number = whole_number(text.substr(1))) return {.number = number};
    if (is_link(text)) {
        if (auto const id = id_after(text, "/incidents/"))
            if (auto const number = whole_number(*id)) return {.number = number};
        if (auto source = source_in(text)) return {.source = source, .words = *source};
    }
    return {.words = std::string(text)};
}

}  // namespace tocsin::incidents
