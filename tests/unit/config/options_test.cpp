#include <tocsin/config/options.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
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

/// A folder that goes with the test.
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

config::option const optional_text{.name = "TOCSIN_TEXT", .default_value = "", .meaning = "a text"};
config::option const required_text{
    .name = "TOCSIN_TEXT", .default_value = "", .meaning = "a text", .required = true
};
config::option const hidden_text{
    .name = "TOCSIN_KEY",
    .default_value = "",
    .meaning = "a key",
    .required = true,
    .shows = config::secrecy::hidden
};

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(values_come_from_the_variable_or_the_default) {
    config::reader in(of({{"TOCSIN_TEXT", "given"}, {"TOCSIN_EMPTY", ""}}));
    BOOST_TEST(in.text(optional_text).value() == "given");
    BOOST_TEST(in.text(required_text).value() == "given");
    BOOST_TEST(in.text({.name = "TOCSIN_OTHER", .default_value = "usual", .meaning = ""}).value() == "usual");
    BOOST_TEST(in.text({.name = "TOCSIN_EMPTY", .default_value = "usual", .meaning = ""}).value() == "usual");
    BOOST_TEST(!in.text({.name = "TOCSIN_OTHER", .default_value = "", .meaning = ""}).has_value());
    BOOST_TEST(in.problems().empty());
}

BOOST_AUTO_TEST_CASE(all_kinds_are_read) {
    config::reader in(
        of({{"TOCSIN_KEY", "fake-key"},
            {"TOCSIN_DURATION", "90s"},
            {"TOCSIN_SIZE", "5MiB"},
            {"TOCSIN_INTEGER", "-3"},
            {"TOCSIN_ADDRESS", "[::1]:8080"},
            {"TOCSIN_URL", "https://tocsin.example.com/"},
            {"TOCSIN_LIST", " a, b ,,c,"},
            {"TOCSIN_WORD", "text"}})
    );
    BOOST_TEST(in.hidden(hidden_text).value().reveal() == "fake-key");
    BOOST_TEST(in.duration({"TOCSIN_DURATION", "1s", ""}, 1s, 1h).count() == 90'000);
    BOOST_TEST(in.size({"TOCSIN_SIZE", "1", ""}, 1, 1 << 30) == 5U << 20);
    BOOST_TEST(in.integer({"TOCSIN_INTEGER", "1", ""}, -5, 5) == -3);
    BOOST_TEST(in.address({"TOCSIN_ADDRESS", "", ""}).host == "::1");
    BOOST_TEST(in.url({"TOCSIN_URL", "", ""}).str() == "https://tocsin.example.com");
    BOOST_TEST(in.list({"TOCSIN_LIST", "", ""}) == (std::vector<std::string>{"a", "b", "c"}));
    BOOST_TEST(in.word({"TOCSIN_WORD", "json", ""}, {"json", "text"}) == "text");
    BOOST_TEST(in.list({"TOCSIN_NONE", "", ""}).empty());
    BOOST_TEST(in.list({"TOCSIN_NONE", "x,y", ""}) == (std::vector<std::string>{"x", "y"}));
    BOOST_TEST(in.duration({"TOCSIN_NONE", "15m", ""}, 1s, 1h).count() == 900'000);
    BOOST_TEST(in.problems().empty());
}

BOOST_AUTO_TEST_CASE(each_problem_says_name_fault_and_expectation) {
    struct row {
        std::string_view content;
        std::function<void(config::reader&, config::option const&)> read;
        std::string_view problem;
    };
    auto const duration = [](config::reader& in, config::option const& each) { in.duration(each, 1s, 48h); };
    auto const size = [](config::reader& in, config::option const& each) { in.size(each, 1024, 5U << 20); };
    auto const integer = [](config::reader& in, config::option const& each) { in.integer(each, 1, 10); };
    auto const address = [](config::reader& in, config::option const& each) { in.address(each); };
    auto const url = [](config::reader& in, config::option const& each) { in.url(each); };
    auto const word = [](config::reader& in, config::option const& each) { in.word(each, {"json", "text"}); };
    std::vector<row> const table{
        {"soon",
         duration,
         "TOCSIN_X: \"soon\" is no duration; expected a whole number with ms, s, m, h or d, from 1s to 2d"},
        {"5ms",
         duration,
         "TOCSIN_X: \"5ms\" is out of range; expected a whole number with ms, s, m, h or d, from 1s to 2d"},
        {"3d",
         duration,
         "TOCSIN_X: \"3d\" is out of range; expected a whole number with ms, s, m, h or d, from 1s to 2d"},
        {"big",
         size,
         "TOCSIN_X: \"big\" is no size; expected a whole number with KiB, MiB, GiB or nothing, from 1KiB to "
         "5MiB"},
        {"6MiB",
         size,
         "TOCSIN_X: \"6MiB\" is out of range; expected a whole number with KiB, MiB, GiB or nothing, from "
         "1KiB to 5MiB"},
        {"1.5", integer, "TOCSIN_X: \"1.5\" is no whole number; expected a whole number from 1 to 10"},
        {"11", integer, "TOCSIN_X: \"11\" is out of range; expected a whole number from 1 to 10"},
        {"8080",
         address,
         "TOCSIN_X: \"8080\" is no address; expected host:port, such as 0.0.0.0:8080 or [::1]:8080"},
        {"tocsin.example.com",
         url,
         "TOCSIN_X: \"tocsin.example.com\" is no base URL; expected http:// or https://, a host, and no "
         "user, query or fragment, such as "
         "https://tocsin.example.com"},
        {"xml", word, "TOCSIN_X: \"xml\" is not known; expected one of json, text"},
        {"a\x1b[31m\nb", word, "TOCSIN_X: \"a\\u001b[31m\\u000ab\" is not known; expected one of json, text"},
    };
    for (auto const& [content, read, problem] : table) {
        BOOST_TEST_CONTEXT(problem) {
            config::reader in(of({{"TOCSIN_X", std::string(content)}}));
            read(in, {.name = "TOCSIN_X", .default_value = "", .meaning = ""});
            BOOST_TEST(in.problems() == std::vector<std::string>{std::string(problem)});

            config::reader hidden(of({{"TOCSIN_X", std::string(content)}}));
            read(
                hidden,
                {.name = "TOCSIN_X", .default_value = "", .meaning = "", .shows = config::secrecy::hidden}
            );
            BOOST_REQUIRE(hidden.problems().size() == 1U);
            BOOST_TEST(hidden.problems().front().starts_with("TOCSIN_X: the value is "));
        }
    }
}

BOOST_AUTO_TEST_CASE(all_problems_are_collected) {
    config::reader in(of({{"TOCSIN_INTEGER", "x"}}));
    BOOST_TEST(!in.text(required_text).has_value());
    BOOST_TEST(!in.hidden(hidden_text).has_value());
    BOOST_TEST(in.integer({"TOCSIN_INTEGER", "7", ""}, 1, 10) == 1);
    in.reject("TOCSIN_SENTRY_TIMEOUT", "must be shorter than TOCSIN_REFRESH_LEASE");
    BOOST_TEST(
        in.problems() == (std::vector<std::string>{
                             "TOCSIN_TEXT: is required: a text",
                             "TOCSIN_KEY: is required: a key",
                             "TOCSIN_INTEGER: \"x\" is no whole number; expected a whole number from 1 to 10",
                             "TOCSIN_SENTRY_TIMEOUT: must be shorter than TOCSIN_REFRESH_LEASE",
                         })
    );
}

BOOST_AUTO_TEST_CASE(a_file_holds_the_value) {
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
            config::reader in(of({{"TOCSIN_KEY_FILE", folder.write("key", content)}}));
            BOOST_TEST(in.hidden(hidden_text).value().reveal() == expected);
            BOOST_TEST(in.problems().empty());
        }
    }
    config::reader typed(of({{"TOCSIN_INTEGER_FILE", folder.write("integer", "7\n")}}));
    BOOST_TEST(typed.integer({"TOCSIN_INTEGER", "1", ""}, 1, 10) == 7);
}

BOOST_AUTO_TEST_CASE(a_file_that_does_not_is_a_problem) {
    scratch_folder const folder;
    auto const unreadable = [](std::string const& path) {
        return "TOCSIN_KEY_FILE: the file \"" + path +
               "\" cannot be read; expected a file that holds the value";
    };
    auto const unfit = [](std::string const& path) {
        return "TOCSIN_KEY_FILE: the file \"" + path + "\" must hold one text of 1 byte to 1MiB, without NUL";
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
            config::reader in(of({{"TOCSIN_KEY_FILE", path}}));
            BOOST_TEST(!in.hidden(hidden_text).has_value());
            BOOST_TEST(in.problems() == std::vector<std::string>{problem});
        }
    }
}

BOOST_AUTO_TEST_CASE(value_and_file_at_once_are_a_problem) {
    config::reader in(of({{"TOCSIN_KEY", "fake-key"}, {"TOCSIN_KEY_FILE", "/nowhere"}}));
    BOOST_TEST(!in.hidden(hidden_text).has_value());
    BOOST_TEST(
        in.problems() ==
        std::vector<std::string>{"TOCSIN_KEY: is set, and TOCSIN_KEY_FILE too; set only one of them"}
    );
    config::reader with_empty(of({{"TOCSIN_KEY", "fake-key"}, {"TOCSIN_KEY_FILE", ""}}));
    BOOST_TEST(with_empty.hidden(hidden_text).has_value());
}

BOOST_AUTO_TEST_CASE(the_process_s_environment) {
    setenv("TOCSIN_TEST_VARIABLE", "here", 1);
    BOOST_TEST(config::process_environment()("TOCSIN_TEST_VARIABLE").value() == "here");
    unsetenv("TOCSIN_TEST_VARIABLE");
    BOOST_TEST(!config::process_environment()("TOCSIN_TEST_VARIABLE").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
