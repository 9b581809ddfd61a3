#include <tocsin/base/text.hpp>
#include <tocsin/identity/password_rules.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::identity {

namespace {

/// Words that are frequent in lists of leaked passwords, in lower case.
constexpr std::string_view common_words =
    "password passwort passwd pass word secret letmein welcome changeme changeit change default administrator admin root toor "
    "guest user login master access system server test testing temp iloveyou love lover loveyou baby babygirl angel princess "
    "queen king sunshine flower butterfly rainbow summer winter spring autumn monday tuesday wednesday thursday friday saturday "
    "sunday january february march april june july august september october november december football baseball basketball "
    "soccer hockey tennis golf superman batman spiderman pokemon pikachu starwars minecraft fortnite playboy monkey dragon tiger "
    "eagle shadow falcon panther lion horse wolf bear dog cat kitty puppy bunny cookie chocolate banana orange apple cheese "
    "pepper ginger coffee pizza computer internet google facebook twitter linkedin youtube microsoft windows samsung iphone "
    "android samantha jessica ashley michelle jennifer amanda nicole daniel andrew joshua matthew michael jordan robert thomas "
    "charlie george william anthony taylor hunter ranger killer ninja pirate soldier warrior hero champion trustno1 whatever "
    "nothing something forever family friend friends happy lucky money dollar diamond silver golden gold purple yellow black "
    "white green blue red pink heaven jesus christ god faith hope freedom america england london paris berlin germany france "
    "india mexico canada newyork chicago dallas texas mustang ferrari porsche mercedes corvette harley yamaha honda toyota "
    "please correct battery staple hello goodbye hello123 good morning night letme open sesame abc123 qwe asd zxc abcd my the you and "
    "for number one two three company work office home house school student teacher summer cowboy phoenix matrix maverick "
    "liverpool arsenal chelsea barcelona madrid juventus steelers yankees lakers redsox eagles cowboys tocsin sentry incident";

/// Ways over the keyboard, the alphabet, and the digits; taken in both directions.
constexpr std::array sequences = {
    std::string_view("abcdefghijklmnopqrstuvwxyz"),
    std::string_view("01234567890"),
    std::string_view("qwertyuiop"),
    std::string_view("qwertzuiop"),
    std::string_view("azertyuiop"),
    std::string_view("asdfghjkl"),
    std::string_view("zxcvbnm"),
    std::string_view("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"),
    std::string_view("qazwsxedcrfvtgbyhnujmikolp"),
    std::string_view("1q2w3e4r5t6y7u8i9o0p"),
    std::string_view("q1w2e3r4t5y6u7i8o9p0"),
    std::string_view("qweasdzxc"),
    std::string_view("!@#$%^&*()"),
};

/// How much a word, a sequence, or a repetition adds to what has to be guessed, in characters.
constexpr std::size_t part_cost = 2;
/// Less than this many characters that have to be guessed is too little.
constexpr std::size_t least_cost = 10;

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

/// Letters for the digits and signs that often stand for them.
std::string unmasked(std::string_view text) {
    std::string plain(text);
    for (auto& c : plain) {
        constexpr std::string_view masks = "@4301!$57", letters = "aaeoiisst";
        if (auto const at = masks.find(c); at != std::string_view::npos) c = letters[at];
    }
    return plain;
}

std::size_t sequence_at(std::string_view text) {
    std::size_t longest = 0;
    for (auto const sequence : sequences) {
        std::string const reversed(sequence.rbegin(), sequence.rend());
        for (auto const way : {sequence, std::string_view(reversed)}) {
            auto const begin = way.find(text.front());
            if (begin == std::string_view::npos) continue;
            auto const [end, in_way] = std::mismatch(
                text.begin(), text.end(), way.begin() + static_cast<std::ptrdiff_t>(begin), way.end()
            );
            longest = std::max(longest, static_cast<std::size_t>(end - text.begin()));
        }
    }
    return longest;
}

std::size_t same_characters_at(std::string_view text) {
    return std::min(text.find_first_not_of(text.front()), text.size());
}

/// How many characters of a text without repetition have to be guessed.
std::size_t cost_of_parts(std::string_view text, std::vector<std::string_view> const& words) {
    std::vector<std::size_t> costs(text.size() + 1, text.size());
    costs[0] = 0;
    auto const reach = [&](std::size_t from, std::size_t length, std::size_t cost) {
        auto& best = costs[from + length];
        best = std::min(best, costs[from] + cost);
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto const rest = text.substr(at);
        reach(at, 1, 1);
        for (auto const word : words)
            if (rest.starts_with(word)) reach(at, word.size(), std::min(word.size(), part_cost));
        for (auto const length : {sequence_at(rest), same_characters_at(rest)})
            if (length >= 3) reach(at, length, part_cost);
        bool const is_year =
            rest.size() >= 4 && (rest.starts_with("19") || rest.starts_with("20")) &&
            std::ranges::all_of(rest.substr(0, 4), [](char c) { return c >= '0' && c <= '9'; });
        if (is_year) reach(at, 4, part_cost);
    }
    return costs.back();
}

/// The shortest text of which the text is a repetition, possibly cut at the end.
std::string_view repeated_part(std::string_view text) {
    for (std::size_t length = 1; length <= text.size() / 2; ++length)
        if (text.substr(length) == text.substr(0, text.size() - length)) return text.substr(0, length);
    return text;
}

std::size_t cost_of(std::string_view text, std::vector<std::string_view> const& words) {
    auto const part = repeated_part(text);
    auto const cost = cost_of_parts(part, words);
    return part.size() < text.size() ? std::min(cost + part_cost, cost_of_parts(text, words)) : cost;
}

bool is_easy_to_guess(std::string const& lowered, std::vector<std::string> const& personal) {
    auto words = split_words(common_words);
    for (auto const& each : personal)
        if (each.size() >= 3) words.emplace_back(each);
    bool const has_letters = std::ranges::any_of(lowered, [](char c) {
        return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80U;
    });
    auto plain = unmasked(lowered);
    bool const is_weak = !has_letters || lowered == "correcthorsebatterystaple" ||
                         cost_of(lowered, words) < least_cost || cost_of(plain, words) < least_cost;
    wipe(plain);
    return is_weak;
}

/// Addresses and names, and their parts, in lower case.
std::vector<std::string> personal_words(std::vector<std::string> const& about) {
    std::vector<std::string> words;
    for (auto const& each : about) {
        std::string word;
        words.push_back(to_lower(each));
        for (char const c : words.back() + ' ') {
            bool const is_separator = std::string_view(" @._-+").find(c) != std::string_view::npos;
            if (!is_separator)
                word += c;
            else if (!word.empty())
                words.push_back(std::exchange(word, {}));
        }
    }
    return words;
}

std::size_t code_points(std::string_view utf8) noexcept {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::optional<std::string> password_problem(secret const& password, std::vector<std::string> const& about) {
    auto const text = password.reveal();
    if (text.size() > password_max_bytes)
        return "A password can have at most " + std::to_string(password_max_bytes) + " bytes.";
    if (text.find('\0') != std::string_view::npos || !is_utf8(text))
        return "A password must be UTF-8 text without NUL.";
    if (code_points(text) < password_min_chars)
        return "A password must have at least " + std::to_string(password_min_chars) + " characters.";
    auto lowered = to_lower(text);
    bool const is_weak = is_easy_to_guess(lowered, personal_words(about));
    wipe(lowered);
    if (is_weak)
        return "This password is easy to guess: common words, sequences, repetitions, years, and your own name or address count "
               "little. Choose several unrelated words, or one from a password manager.";
    return std::nullopt;
}

}  // namespace tocsin::identity
