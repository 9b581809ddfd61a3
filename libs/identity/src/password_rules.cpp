#include <tocsin/base/text.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace tocsin::identity {

namespace {

/// Stems of common leaked passwords that reach twelve characters once digits are appended or they are
/// repeated.
constexpr std::array common_stems = {
    std::string_view("password"),
    std::string_view("passw0rd"),
    std::string_view("p@ssword"),
    std::string_view("p@ssw0rd"),
    std::string_view("passwordpassword"),
    std::string_view("qwerty"),
    std::string_view("qwertyuiop"),
    std::string_view("qwertyqwerty"),
    std::string_view("asdfghjkl"),
    std::string_view("zxcvbnm"),
    std::string_view("qazwsx"),
    std::string_view("qazwsxedc"),
    std::string_view("1q2w3e4r5t6y"),
    std::string_view("1qaz2wsx3edc"),
    std::string_view("q1w2e3r4t5y6"),
    std::string_view("letmein"),
    std::string_view("letmeinletmein"),
    std::string_view("welcome"),
    std::string_view("changeme"),
    std::string_view("changemechangeme"),
    std::string_view("changeit"),
    std::string_view("iloveyou"),
    std::string_view("iloveyouiloveyou"),
    std::string_view("administrator"),
    std::string_view("admin"),
    std::string_view("adminadmin"),
    std::string_view("adminadminadmin"),
    std::string_view("superman"),
    std::string_view("football"),
    std::string_view("baseball"),
    std::string_view("basketball"),
    std::string_view("sunshine"),
    std::string_view("princess"),
    std::string_view("trustno1"),
    std::string_view("whatever"),
    std::string_view("computer"),
    std::string_view("internet"),
    std::string_view("correcthorsebatterystaple"),
    std::string_view("abcdefghijkl"),
    std::string_view("abcdefgh"),
    std::string_view("abcd"),
    std::string_view("abc"),
    std::string_view("default"),
    std::string_view("secret"),
    std::string_view("test"),
    std::string_view("testtest"),
    std::string_view("root"),
    std::string_view("toor"),
    std::string_view("monkey"),
    std::string_view("dragon"),
    std::string_view("master"),
    std::string_view("michael"),
    std::string_view("tocsin"),
};

constexpr bool is_decoration(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || c == '_';
}

/// Equal bytes, or ascending ones ("aaaaaaaaaaaa", "123456789012"); 0 follows 9.
bool is_run(std::string_view text) noexcept {
    bool same = true, rising = true;
    for (std::size_t i = 1; i < text.size(); ++i) {
        same = same && text[i] == text[i - 1];
        rising = rising && (text[i] == text[i - 1] + 1 || (text[i] == '0' && text[i - 1] == '9'));
    }
    return same || rising;
}

bool is_common(std::string const& lowered) noexcept {
    if (is_run(lowered)) return true;
    std::string_view stem(lowered);
    auto const is_stem = [](std::string_view text) {
        return std::find(common_stems.begin(), common_stems.end(), text) != common_stems.end();
    };
    if (is_stem(stem)) return true;
    while (!stem.empty() && is_decoration(stem.back())) {
        stem.remove_suffix(1);
        if (is_stem(stem)) return true;
    }
    return stem.empty();  // only digits and punctuation
}

std::size_t code_points(std::string_view utf8) noexcept {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::optional<std::string> password_problem(secret const& password) {
    auto const text = password.reveal();
    if (text.size() > password_max_bytes)
        return "A password can have at most " + std::to_string(password_max_bytes) + " bytes.";
    if (text.find('\0') != std::string_view::npos || !is_utf8(text))
        return "A password must be UTF-8 text without NUL.";
    if (code_points(text) < password_min_chars)
        return "A password must have at least " + std::to_string(password_min_chars) + " characters.";
    auto lowered = to_lower(text);
    bool const common = is_common(lowered);
    wipe(lowered);
    if (common) return "This password is one of the most common ones. Choose another.";
    return std::nullopt;
}

}  // namespace tocsin::identity
