#include <tocsin/base/encoding.hpp>
#include <tocsin/mail/message.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace tocsin::mail {

namespace {

constexpr std::size_t line_chars = 76;
/// Bytes of UTF-8 in an encoded word: 60 characters of base64, as a word has at most 75 (RFC 2047).
constexpr std::size_t word_bytes = 45;

bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The subject as encoded words, each of whole characters. Its content cannot end the header.
std::string encoded(std::string text) {
    std::replace_if(
        text.begin(),
        text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    std::string out;
    std::string_view rest(text);
    do {
        auto count = std::min(word_bytes, rest.size());
        // A character has at most four bytes; a longer sequence is not UTF-8 and may be cut anywhere.
        auto const longest = count;
        while (count + 3 > longest && count > 0 && count < rest.size() && is_continuation(rest[count]))
            --count;
        out +=
            (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + to_base64(as_bytes(rest.substr(0, count)))) + "?=";
        rest.remove_prefix(count);
    } while (!rest.empty());
    return out;
}

std::string body_of(std::string_view text) {
    std::string canonical;
    for (char const c : text) canonical += c == '\n' ? std::string("\r\n") : std::string(1, c);
    auto const coded = to_base64(as_bytes(canonical));
    std::string out;
    for (std::size_t at = 0; at < coded.size(); at += line_chars)
        out += coded.substr(at, line_chars) + "\r\n";
    return out;
}

std::string date_of(timestamp at) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    auto const day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const time(std::chrono::floor<std::chrono::seconds>(at - day));
    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%s, %02u %s %04d %02d:%02d:%02d +0000",
        days.at(std::chrono::weekday(day).c_encoding()),
        static_cast<unsigned>(date.day()),
        months.at(static_cast<unsigned>(date.month()) - 1),
        static_cast<int>(date.year()),
        static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count())
    );
    return text.data();
}

}  // namespace

bool is_mailable(std::string_view address) noexcept {
    static constexpr std::string_view refused = "\"<>()[],:;\\";
    auto const at = address.find('@');
    return address.size() <= 254 && at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
           address.find('@', at + 1) == std::string_view::npos &&
           std::all_of(address.begin(), address.end(), [](char c) {
               return c > ' ' && c < 0x7F && refused.find(c) == std::string_view::npos;
           });
}

std::string render(message const& what, std::string_view from, timestamp at, std::string_view id) {
    if (!is_mailable(what.to) || !is_mailable(from)) throw std::invalid_argument("no mailable address");
    std::string const sender(from);
    auto const domain = sender.substr(sender.find('@'));
    auto const thread = what.thread.empty() ? std::string() : "<" + what.thread + domain + ">";
    return "From: " + sender + "\r\nTo: " + what.to + "\r\nSubject: " + encoded(what.subject) +
           "\r\nDate: " + date_of(at) + "\r\nMessage-ID: <" + std::string(id) + domain + ">\r\n" +
           (thread.empty() ? "" : "In-Reply-To: " + thread + "\r\nReferences: " + thread + "\r\n") +
           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n" +
           body_of(what.text);
}

}  // namespace tocsin::mail
