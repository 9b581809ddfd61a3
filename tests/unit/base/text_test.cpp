#include <tocsin/base/html.hpp>
#include <tocsin/base/pasted_text.hpp>
#include <tocsin/base/text.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view bad = "\xEF\xBF\xBD";  // U+FFFD

std::string many(std::string_view piece, int count) {
    std::string text;
    for (int index = 0; index < count; ++index) text += piece;
    return text;
}

struct utf8_row {
    std::string_view text;
    int replacements;  ///< number of U+FFFD that replace it; 0: it is well-formed
};

// Unicode 15, section 3.9, tables 3-7 to 3-11.
std::vector<utf8_row> const utf8_table{
    {"", 0},
    {"plain", 0},
    {"\x7f", 0},
    {"\xC2\x80", 0},
    {"\xDF\xBF", 0},
    {"\xE0\xA0\x80", 0},
    {"\xED\x9F\xBF", 0},
    {"\xEE\x80\x80", 0},
    {"\xEF\xBF\xBF", 0},
    {"\xF0\x90\x80\x80", 0},
    {"\xF4\x8F\xBF\xBF", 0},
    {"\x80", 1},
    {"\xBF", 1},
    {"\xC0\x80", 2},      // overlong NUL
    {"\xC1\xBF", 2},      // overlong
    {"\xC2", 1},          // truncated
    {"\xC2\x41", 1},      // followed by another character
    {"\xE0\x80\xAF", 3},  // overlong
    {"\xE0\x9F\xBF", 3},  // overlong
    {"\xE1\x80", 1},      // a maximal subpart of two bytes
    {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 4},
    {"\xED\xA0\x80", 3},      // a high surrogate
    {"\xED\xBF\xBF", 3},      // a low surrogate
    {"\xF0\x80\x80\xAF", 4},  // overlong
    {"\xF0\x9F\x98", 1},      // truncated
    {"\xF4\x90\x80\x80", 4},  // above U+10FFFF
    {"\xF5\x80\x80\x80", 4},
    {"\xFE\xFF", 2},
};

int count_of(std::string_view text, std::string_view piece) {
    int count = 0;
    for (auto next = text.find(piece); next != std::string_view::npos;
         next = text.find(piece, next + piece.size()))
        ++count;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(well_formed_and_ill_formed_utf8) {
    for (auto const& [text, replacements] : utf8_table) {
        if (text == "\xEF\xBF\xBD") continue;
        for (std::size_t before = 0; before < 17; ++before) {
            BOOST_TEST_CONTEXT(printable(text) << " behind " << before << " letters") {
                std::string const all = std::string(before, 'a') + std::string(text) + "z";
                BOOST_TEST(is_utf8(all) == (replacements == 0));
                auto const mended = repaired(all, 1000);
                BOOST_TEST(is_utf8(mended));
                BOOST_TEST(count_of(mended, bad) == replacements);
                BOOST_TEST((mended == all) == (replacements == 0));
            }
        }
    }
    BOOST_TEST(is_utf8("a\0b"sv));
}

BOOST_AUTO_TEST_CASE(nul_is_repaired) {
    BOOST_TEST(
        repaired("a\0b"sv, 100) ==
        "a\xEF\xBF\xBD"
        "b"
    );
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_code_points) {
    struct row {
        std::string_view text;
        std::size_t max;
        std::string_view expected;
        bool cut;
    };
    std::vector<row> const table{
        {"", 0, "", false},
        {"a", 0, "", true},
        {"abc", 3, "abc", false},
        {"abcd", 3, "abc", true},
        {"a\xC3\xA9", 3, "a\xC3\xA9", false},
        {"a\xC3\xA9", 2, "a", true},
        {"\xF0\x9F\x98\x80", 3, "", true},
        {"\xF0\x9F\x98\x80", 4, "\xF0\x9F\x98\x80", false},
        {"ab\xFF", 4, "ab", true},  // the replacement has three bytes
        {"ab\xFF", 5, "ab\xEF\xBF\xBD", false},
    };
    for (auto const& [text, max, expected, is_cut] : table) {
        BOOST_TEST_CONTEXT(printable(text) << " to " << max) {
            bool cut = false;
            BOOST_TEST(repaired(text, max, &cut) == expected);
            BOOST_TEST(cut == is_cut);
            bool already = true;
            repaired(text, max, &already);
            BOOST_TEST(already);
        }
    }
}

BOOST_AUTO_TEST_CASE(controls_are_escaped) {
    struct row {
        std::string_view text, printed, quoted;
    };
    std::vector<row> const table{
        {"plain", "plain", R"("plain")"},
        {"", "", R"("")"},
        {"a\nb", "a\\u000ab", R"("a\nb")"},
        {"\r\t\b\f", "\\u000d\\u0009\\u0008\\u000c", R"("\r\t\b\f")"},
        {"\x1b[31m", "\\u001b[31m", R"("\u001b[31m")"},
        {"\x7f", "\\u007f", R"("\u007f")"},
        {"\0"sv, "\\u0000", R"("\u0000")"},
        {"\xC2\x9B", "\\u009b", R"("\u009b")"},      // C1: CSI
        {"\xE2\x80\xA8", "\\u2028", R"("\u2028")"},  // line separator
        {"\xE2\x80\xA9", "\\u2029", R"("\u2029")"},  // paragraph separator
        {"\xE2\x80\xAE", "\\u202e", R"("\u202e")"},  // right-to-left override
        {"\xE2\x81\xA6", "\\u2066", R"("\u2066")"},  // left-to-right isolate
        {"\xE2\x80\x8F", "\\u200f", R"("\u200f")"},  // right-to-left mark
        {"\xD8\x9C", "\\u061c", R"("\u061c")"},      // Arabic letter mark
        {"\xC3\xA9\xF0\x9F\x98\x80", "\xC3\xA9\xF0\x9F\x98\x80", "\"\xC3\xA9\xF0\x9F\x98\x80\""},
        {"\xFF", "\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
        {R"(say "no" \ yes)", R"(say "no" \ yes)", R"("say \"no\" \\ yes")"},
    };
    for (auto const& [text, printed, quoted] : table) {
        BOOST_TEST_CONTEXT(quoted) {
            BOOST_TEST(printable(text) == printed);
            BOOST_TEST(json_quoted(text) == quoted);
        }
    }
}

BOOST_AUTO_TEST_CASE(html_is_escaped) {
    BOOST_TEST(html_escaped("") == "");
    BOOST_TEST(html_escaped("Zahlung 💥 #7") == "Zahlung 💥 #7");
    BOOST_TEST(
        html_escaped("<a href=\"x\" title='y'>&amp;</a>") ==
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;"
    );
}

BOOST_AUTO_TEST_CASE(lines_stay_lines) {
    BOOST_TEST(printable_lines("") == "");
    BOOST_TEST(printable_lines("one\ntwo\n") == "one\ntwo\n");
    BOOST_TEST(printable_lines("\n\n") == "\n\n");
    BOOST_TEST(printable_lines("ok\rfailed\n\x1B[2J") == "ok\\u000dfailed\n\\u001b[2J");
    BOOST_TEST(printable_lines(std::string(5000, '\a')).size() == 30'000U);
}

BOOST_AUTO_TEST_CASE(printable_is_limited) {
    BOOST_TEST(printable(std::string(5000, 'a')).size() == 2048U);
    BOOST_TEST(printable(std::string(5000, '\n')).size() == 2046U);  // whole escapes only
    BOOST_TEST(printable(many("\xC3\xA9", 10), 5) == "\xC3\xA9\xC3\xA9");
    BOOST_TEST(printable("abc", 0).empty());
}

BOOST_AUTO_TEST_CASE(ascii_helpers) {
    BOOST_TEST(to_lower("AZaz09-\xC3\x84") == "azaz09-\xC3\x84");
    BOOST_TEST(trim(" \t\r\n a b \v\f") == "a b");
    BOOST_TEST(trim(" \n ").empty());
    BOOST_TEST(trim("").empty());
    BOOST_TEST(iequals("Content-Type", "cONTENT-tYPE"));
    BOOST_TEST(!iequals("a", "ab"));
    BOOST_TEST(!iequals("@", "`"));  // they differ in one bit, like the two cases of a letter
    BOOST_TEST(iequals("", ""));
}

BOOST_AUTO_TEST_CASE(slugs) {
    for (auto const text : {"a", "0", "acme", "acme-1", "a--b"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(is_slug(text));
        }
    }
    for (auto const text : {"", "-", "-a", "a-", "A", "a_b", "a b", "a.b", "\xC3\xA9"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!is_slug(text));
        }
    }
    BOOST_TEST(is_slug(std::string(63, 'a')));
    BOOST_TEST(!is_slug(std::string(64, 'a')));
    BOOST_TEST(!is_slug("a\0b"sv));
}

BOOST_AUTO_TEST_CASE(whole_numbers) {
    BOOST_TEST(whole_number("0").value() == 0);
    BOOST_TEST(whole_number("-7").value() == -7);
    BOOST_TEST(whole_number("9223372036854775807").value() == std::numeric_limits<std::int64_t>::max());
    for (auto const text :
         {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808", "\xD9\xA1"})
        BOOST_TEST(!whole_number(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(pasted_text_is_trimmed) {
    for (std::string_view const space :
         {" "sv,
          "\t"sv,
          "\n"sv,
          "\r\n"sv,
          "\v\f"sv,
          "\u00A0"sv,
          "\u2003"sv,
          "\u200B"sv,
          "\u2028"sv,
          "\u3000"sv,
          "\uFEFF"sv,
          " \u00A0\n"sv}) {
        auto const around = std::string(space);
        BOOST_TEST(trim_pasted(std::string(around).append("fake token").append(around)) == "fake token");
        BOOST_TEST(trim_pasted(around).empty());
    }
    for (std::string_view const kept : {"a b"sv, "\u00E9"sv, "\xA0"sv, "\xC2"sv, "\u2010"sv, "\0"sv})
        BOOST_TEST(trim_pasted(kept) == kept);
}

BOOST_AUTO_TEST_CASE(visible_ascii) {
    for (auto const* const text : {"", "fake-token_1", "!~"}) BOOST_TEST(is_visible_ascii(text), text);
    for (auto const* const text : {"fake token", "fake\ntoken", "fake\x7Ftoken", "t\u00F6ken", "\u200B"})
        BOOST_TEST(!is_visible_ascii(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
