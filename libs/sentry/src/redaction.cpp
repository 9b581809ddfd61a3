#include "redaction.hpp"

#include <tocsin/http/message.hpp>

#include <algorithm>
#include <vector>

namespace tocsin::sentry {

namespace {

/// Shorter ones are parts of ordinary words.
constexpr std::size_t min_secret_size = 4;

/// The forms of the secrets that a text may contain, the longest first: one secret may contain another.
std::vector<secret> forms_of(std::span<secret const> secrets) {
    std::vector<secret> forms;
    for (auto const& each : secrets) {
        if (each.reveal().size() < min_secret_size) continue;
        forms.push_back(each);
        if (secret encoded(http::encoded_segment(each.reveal())); encoded.reveal() != each.reveal())
            forms.push_back(std::move(encoded));
    }
    std::ranges::sort(forms, std::ranges::greater(), [](secret const& each) { return each.reveal().size(); });
    return forms;
}

}  // namespace

std::string redacted(std::string_view text, std::span<secret const> secrets) {
    auto const forms = forms_of(secrets);
    std::string shown;
    while (!text.empty()) {
        auto const found =
            std::ranges::find_if(forms, [&](secret const& each) { return text.starts_with(each.reveal()); });
        if (found != forms.end()) {
            shown += "[redacted]";
            text.remove_prefix(found->reveal().size());
        } else {
            shown += text.front();
            text.remove_prefix(1);
        }
    }
    return shown;
}

}  // namespace tocsin::sentry
