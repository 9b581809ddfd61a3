#include <tocsin/config/options.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

config::environment of(variables from) {
    return [from = std::move(from)](std::string_view name) -> std::optional<std::string> {
        auto const found = from.find(name);
        return found == from.end() ? std::nullopt : std::optional(found->second);
    };
}

/// A temporary folder.
class scratch_folder {
public:
    scratch_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "tocsin-config-XXXXXX").string();
        BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    std::string write(std::string_view name, std::string_view content) const {
        auto const file = path_ / name;
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

/// Reads TOCSIN_KEY, which is required and hidden.
struct key_reader : config::reader {
    secret key;
    config::option option;

    explicit key_reader(variables from)
        : config::reader(of(std::move(from))),
          option(hidden("TOCSIN_KEY", key, "a key", config::presence::required)) {}
};

enum class form { json, text };
constexpr enum_names<form, 2> form_names{{{form::json, "json"}, {form::text, "text"}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(values_come_from_the_variable_or_the_default) {
    config::reader in(of({{"TOCSIN_TEXT", "given"}, {"TOCSIN_EMPTY", ""}}));
    struct {
        std::string_view name;
        std::string expected;
        bool is_set;
    } const table[] = {
        {"TOCSIN_TEXT", "given", true},
        {"TOCSIN_OTHER", "usual", false},
        {"TOCSIN_EMPTY", "usual", false},
    };
    for (auto const& row : table) {
        std::string value = "usual";
        auto const option = in.text(row.name, value, "a text");
        BOOST_TEST(value == row.expected);
        BOOST_TEST(option.is_set() == row.is_set);
        BOOST_TEST(option.name() == row.name);
    }
    std::string required;
    BOOST_TEST(in.text("TOCSIN_TEXT", required, "a text", config::presence::required).is_set());
    BOOST_TEST(required == "given");
    BOOST_TEST(in.problems().empty());
}

BOOST_AUTO_TEST_CASE(all_kinds_are_read) {
    config::reader in(
        of({{"TOCSIN_KEY", "fake-key"},
            {"TOCSIN_DURATION", "90s"},
            {"TOCSIN_SIZE", "5MiB"},
            {"TOCSIN_INTEGER", "-3"},
            {"TOCSIN_INT", "4"},
            {"TOCSIN_ADDRESS", "[::1]:8080"},
            {"TOCSIN_URL", "https://tocsin.example.com/"},
            {"TOCSIN_LIST", " a, b ,,c,"},
            {"TOCSIN_WORD", "text"},
            {"TOCSIN_WORDS", "text, json"}})
    );
    secret key;
    std::chrono::milliseconds duration{};
    std::uint64_t size{};
    std::int64_t integer{};
    int small{};
    config::endpoint address;
    config::base_url url;
    std::vector<std::string> list;
    form word{};
    std::vector<form> words;
    in.hidden("TOCSIN_KEY", key, "");
    in.duration("TOCSIN_DURATION", duration, {1s, 1h}, "");
    in.size("TOCSIN_SIZE", size, {1, 1 << 30}, "");
    in.integer("TOCSIN_INTEGER", integer, {-5, 5}, "");
    in.integer("TOCSIN_INT", small, {-5, 5}, "");
    in.address("TOCSIN_ADDRESS", address, "");
    in.url("TOCSIN_URL", url, "");
    in.list("TOCSIN_LIST", list, "");
    in.word("TOCSIN_WORD", word, form_names, "");
    in.words("TOCSIN_WORDS", words, form_names, "");
    BOOST_TEST(in.problems().empty());
    BOOST_TEST(key.reveal() == "fake-key");
    BOOST_TEST(duration.count() == 90'000);
    BOOST_TEST(size == 5U << 20);
    BOOST_TEST(integer == -3);
    BOOST_TEST(small == 4);
    BOOST_TEST(address.host == "::1");
    BOOST_TEST(url.str() == "https://tocsin.example.com");
    BOOST_TEST(list == (std::vector<std::string>{"a", "b", "c"}));
    BOOST_TEST((word == form::text));
    BOOST_TEST((words == std::vector{form::text, form::json}));
}

BOOST_AUTO_TEST_CASE(unset_options_keep_their_defaults) {
    config::reader in(of({}));
    std::vector<std::string> list{"x", "y"};
    std::chrono::milliseconds duration = 15min;
    form word = form::text;
    in.list("TOCSIN_LIST", list, "");
    in.duration("TOCSIN_DURATION", duration, {1s, 1h}, "");
    in.word("TOCSIN_WORD", word, form_names, "");
    BOOST_TEST(list == (std::vector<std::string>{"x", "y"}));
    BOOST_TEST(duration.count() == 900'000);
    BOOST_TEST((word == form::text));
    BOOST_TEST(in.problems().empty());
}

namespace {

/// One variable of each kind, with its default.
struct kinds {
    std::chrono::milliseconds duration = 1min;
    std::uint64_t size = 4096;
    std::int64_t integer = 7;
    config::endpoint address{"::1", 1};
    config::base_url url;
    form word = form::text;
    std::vector<form> words{form::json};
};

struct problem_case {
    std::string_view content;
    config::option (*read)(config::reader&, kinds&);
    std::string_view problem;
};

config::option duration(config::reader& in, kinds& into) {
    return in.duration("TOCSIN_X", into.duration, {1s, 48h}, "");
}
config::option size(config::reader& in, kinds& into) {
    return in.size("TOCSIN_X", into.size, {1024, 5U << 20}, "");
}
config::option integer(config::reader& in, kinds& into) {
    return in.integer("TOCSIN_X", into.integer, {1, 10}, "");
}
config::option address(config::reader& in, kinds& into) {
    return in.address("TOCSIN_X", into.address, "");
}
config::option url(config::reader& in, kinds& into) {
    return in.url("TOCSIN_X", into.url, "");
}
config::option word(config::reader& in, kinds& into) {
    return in.word("TOCSIN_X", into.word, form_names, "");
}
config::option words(config::reader& in, kinds& into) {
    return in.words("TOCSIN_X", into.words, form_names, "");
}

problem_case const problem_cases[] = {
    {"soon",
     duration,
     R"(TOCSIN_X: "soon" is not a duration; expected a whole number with ms, s, m, h, or d, from 1s to 2d)"},
    {"5ms",
     duration,
     R"(TOCSIN_X: "5ms" is out of range; expected a whole number with ms, s, m, h, or d, from 1s to 2d)"},
    {"3d",
     duration,
     R"(TOCSIN_X: "3d" is out of range; expected a whole number with ms, s, m, h, or d, from 1s to 2d)"},
    {"big",
     size,
     R"(TOCSIN_X: "big" is not a size; expected a whole number with KiB, MiB, GiB, or no unit, from 1KiB to 5MiB)"
    },
    {"6MiB",
     size,
     R"(TOCSIN_X: "6MiB" is out of range; expected a whole number with KiB, MiB, GiB, or no unit, from 1KiB to 5MiB)"
    },
    {"1.5", integer, R"(TOCSIN_X: "1.5" is not a whole number; expected a whole number, from 1 to 10)"},
    {"11", integer, R"(TOCSIN_X: "11" is out of range; expected a whole number, from 1 to 10)"},
    {"8080",
     address,
     R"(TOCSIN_X: "8080" is not an address; expected host:port, such as 0.0.0.0:8080 or [::1]:8080)"},
    {"tocsin.example.com",
     url,
     R"(TOCSIN_X: "tocsin.example.com" is not a base URL; expected http:// or https://, a host, and no user, query, or fragment, such as https://tocsin.example.com)"
    },
    {"xml", word, R"(TOCSIN_X: "xml" is not known; expected one of json, text)"},
    {"json,xml", words, R"(TOCSIN_X: "xml" is not known; expected one or more of json, text)"},
    {",", words, R"(TOCSIN_X: has no value; expected one or more of json, text)"},
    {"a\x1b[31m\nb", word, R"(TOCSIN_X: "a\u001b[31m\u000ab" is not known; expected one of json, text)"},
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_problem_has_name_fault_and_expectation) {
    for (auto const& [content, read, problem] : problem_cases) {
        BOOST_TEST_CONTEXT(problem) {
            config::reader in(of({{"TOCSIN_X", std::string(content)}}));
            kinds values;
            BOOST_TEST(!read(in, values).is_set());
            BOOST_TEST(in.problems() == std::vector<std::string>{std::string(problem)});
            BOOST_TEST(values.duration.count() == 60'000);
            BOOST_TEST(values.size == 4096U);
            BOOST_TEST(values.integer == 7);
            BOOST_TEST(values.address.str() == "[::1]:1");
            BOOST_TEST(values.url.host.empty());
            BOOST_TEST((values.word == form::text));
            BOOST_TEST((values.words == std::vector{form::json}));
        }
    }
}

BOOST_AUTO_TEST_CASE(all_problems_are_collected) {
    config::reader in(of({{"TOCSIN_INTEGER", "x"}}));
    std::string text;
    secret key;
    std::int64_t integer = 7;
    BOOST_TEST(!in.text("TOCSIN_TEXT", text, "a text", config::presence::required).is_set());
    BOOST_TEST(!in.hidden("TOCSIN_KEY", key, "a key", config::presence::required).is_set());
    in.integer("TOCSIN_INTEGER", integer, {1, 10}, "").reject("must be even");
    in.reject("TOCSIN_SENTRY_TIMEOUT", "must be shorter than TOCSIN_REFRESH_LEASE");
    BOOST_TEST(integer == 7);
    BOOST_TEST(
        in.problems() ==
        (std::vector<std::string>{
            "TOCSIN_TEXT: is required: a text",
            "TOCSIN_KEY: is required: a key",
            R"(TOCSIN_INTEGER: "x" is not a whole number; expected a whole number, from 1 to 10)",
            "TOCSIN_INTEGER: must be even",
            "TOCSIN_SENTRY_TIMEOUT: must be shorter than TOCSIN_REFRESH_LEASE",
        })
    );
}

BOOST_AUTO_TEST_CASE(declarations_have_defaults_from_the_variables) {
    config::reader in(of({{"TOCSIN_DURATION", "1h"}, {"TOCSIN_KEY", "fake-key"}}));
    std::chrono::milliseconds duration = 90min;
    std::uint64_t size = 5U << 20;
    config::endpoint address{"::1", 80};
    config::base_url url;
    secret key{"fake-default"};
    std::vector<form> words{form::json, form::text};
    in.duration("TOCSIN_DURATION", duration, {1s, 48h}, "a duration");
    in.size("TOCSIN_SIZE", size, {1, 1 << 30}, "a size");
    in.address("TOCSIN_ADDRESS", address, "an address");
    in.url("TOCSIN_URL", url, "a URL", config::presence::required);
    in.hidden("TOCSIN_KEY", key, "a key");
    in.words("TOCSIN_WORDS", words, form_names, "words");
    std::vector<std::string> lines;
    for (auto const& each : in.declarations())
        lines.push_back(
            std::string(each.name) + "|" + each.default_value + "|" + std::string(each.help) +
            (each.need == config::presence::required ? "|required" : "")
        );
    BOOST_TEST(
        lines == (std::vector<std::string>{
                     "TOCSIN_DURATION|90m|a duration",
                     "TOCSIN_SIZE|5MiB|a size",
                     "TOCSIN_ADDRESS|[::1]:80|an address",
                     "TOCSIN_URL||a URL|required",
                     "TOCSIN_KEY||a key",
                     "TOCSIN_WORDS|json,text|words",
                 })
    );
}

BOOST_AUTO_TEST_CASE(a_file_contains_the_value) {
    scratch_folder const folder;
    struct row {
        std::string_view content, expected;
    };
    std::vector<row> const table{
        {"fake-key", "fake-key"},
        {"fake-key\n", "fake-key"},
        {"fake-key\r\n", "fake-key"},
        {"fake-key\n\n", "fake-key\n"},
        {" fake-key ", " fake-key "},
    };
    for (auto const& [content, expected] : table) {
        BOOST_TEST_CONTEXT(content) {
            key_reader const in({{"TOCSIN_KEY_FILE", folder.write("key", content)}});
            BOOST_TEST(in.key.reveal() == expected);
            BOOST_TEST(in.problems().empty());
        }
    }
    config::reader typed(of({{"TOCSIN_INTEGER_FILE", folder.write("integer", "7\n")}}));
    std::int64_t integer = 1;
    typed.integer("TOCSIN_INTEGER", integer, {1, 10}, "");
    BOOST_TEST(integer == 7);
}

BOOST_AUTO_TEST_CASE(an_unusable_file_is_a_problem) {
    scratch_folder const folder;
    auto const unreadable = [](std::string const& path) {
        return "TOCSIN_KEY_FILE: the file \"" + path +
               "\" cannot be read; expected a file that contains the value";
    };
    auto const unfit = [](std::string const& path) {
        return "TOCSIN_KEY_FILE: the file \"" + path +
               "\" must contain a text of 1 byte to 1MiB, without NUL bytes";
    };
    auto const missing = folder.path() + "/missing";
    auto const empty = folder.write("empty", "");
    auto const newline = folder.write("newline", "\n");
    auto const nul = folder.write("nul", std::string("a\0b", 3));
    auto const large = folder.write("large", std::string((1 << 20) + 1, 'x'));
    std::vector<std::pair<std::string, std::string>> const table{
        {missing, unreadable(missing)},
        {folder.path(), unreadable(folder.path())},
        {empty, unfit(empty)},
        {newline, unfit(newline)},
        {nul, unfit(nul)},
        {large, unfit(large)},
    };
    for (auto const& [path, problem] : table) {
        BOOST_TEST_CONTEXT(path) {
            key_reader const in({{"TOCSIN_KEY_FILE", path}});
            BOOST_TEST(!in.option.is_set());
            BOOST_TEST(in.problems() == std::vector<std::string>{problem});
        }
    }
}

BOOST_AUTO_TEST_CASE(value_and_file_at_once_are_a_problem) {
    key_reader const in({{"TOCSIN_KEY", "fake-key"}, {"TOCSIN_KEY_FILE", "/nowhere"}});
    BOOST_TEST(!in.option.is_set());
    BOOST_TEST(
        in.problems() ==
        std::vector<std::string>{"TOCSIN_KEY: is set, and TOCSIN_KEY_FILE too; set only one of them"}
    );
    key_reader const with_empty({{"TOCSIN_KEY", "fake-key"}, {"TOCSIN_KEY_FILE", ""}});
    BOOST_TEST(with_empty.option.is_set());
}

BOOST_AUTO_TEST_CASE(the_environment_of_the_process) {
    setenv("TOCSIN_TEST_VARIABLE", "here", 1);
    BOOST_TEST(config::process_environment()("TOCSIN_TEST_VARIABLE").value() == "here");
    unsetenv("TOCSIN_TEST_VARIABLE");
    BOOST_TEST(!config::process_environment()("TOCSIN_TEST_VARIABLE").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
