#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

static_assert(!std::is_constructible_v<observe::field, std::string_view, secret>);

namespace {

/// What is written to standard error meanwhile, line by line.
std::vector<std::string> lines_of(std::function<void()> const& work) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
    BOOST_REQUIRE(file != nullptr);
    std::fflush(stderr);
    int const saved = dup(STDERR_FILENO);
    dup2(fileno(file.get()), STDERR_FILENO);
    work();
    std::fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);

    std::rewind(file.get());
    std::vector<std::string> lines(1);
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
        if (c == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += static_cast<char>(c);
        }
    }
    BOOST_TEST(lines.back().empty());  // every line has its end
    lines.pop_back();
    return lines;
}

std::string line_of(std::function<void()> const& work) {
    auto const lines = lines_of(work);
    BOOST_REQUIRE(lines.size() == 1U);
    return lines.front();
}

/// The line without its time, which is checked.
std::string without_time(std::string const& line) {
    constexpr std::string_view begin = R"({"time":")";
    constexpr std::size_t time_size = sizeof("2026-03-02T09:14:05.120000Z") - 1;
    BOOST_TEST(line.starts_with(begin));
    BOOST_TEST(parse_rfc3339(std::string_view(line).substr(begin.size(), time_size)).has_value());
    return line.substr(begin.size() + time_size);
}

struct default_log {
    default_log() { observe::configure_log(observe::level::info, observe::log_format::json); }
    ~default_log() { observe::configure_log(observe::level::info, observe::log_format::json); }
    default_log(default_log const&) = delete;
    default_log& operator=(default_log const&) = delete;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(logs, default_log)

BOOST_AUTO_TEST_CASE(one_object_per_line) {
    auto const line = line_of([] {
        observe::log_info(
            "refresh failed",
            {{"text", "a \"b\" \\"},
             {"string", std::string("x")},
             {"int", -7},
             {"large", std::uint64_t{18'446'744'073'709'551'615U}},
             {"yes", true},
             {"no", false}}
        );
    });
    BOOST_TEST(
        without_time(line) ==
        R"(","level":"info","event":"refresh failed","text":"a \"b\" \\","string":"x","int":-7,"large":18446744073709551615,"yes":true,"no":false})"
    );
    BOOST_TEST(without_time(line_of([] {
                   observe::log_error("plain");
               })) == R"(","level":"error","event":"plain"})");
}

BOOST_AUTO_TEST_CASE(text_form) {
    observe::configure_log(observe::level::info, observe::log_format::text);
    auto const line = line_of([] {
        observe::log_warn("refresh failed", {{"integration", "a b"}, {"attempt", 3}, {"token", "fake"}});
    });
    BOOST_TEST(line.substr(27) == R"( warn refresh failed integration="a b" attempt=3 token="[redacted]")");
    BOOST_TEST(parse_rfc3339(line.substr(0, 27)).has_value());
}

BOOST_AUTO_TEST_CASE(levels_below_the_configured_are_silent) {
    using observe::level;
    std::vector<level> const levels{level::debug, level::info, level::warn, level::error};
    for (auto const at_least : levels) {
        observe::configure_log(at_least, observe::log_format::json);
        auto const lines = lines_of([&levels] {
            for (auto const at : levels) observe::log(at, "event");
        });
        BOOST_TEST(lines.size() == 4U - static_cast<std::size_t>(at_least));
    }
}

BOOST_AUTO_TEST_CASE(names_that_speak_of_secrets_hide_their_values) {
    for (std::string_view const name :
         {"token",
          "access_token",
          "refreshToken",
          "TOKEN_ID",
          "client_secret",
          "password",
          "Authorization",
          "set-cookie",
          "cookie",
          "pkce_verifier",
          "code",
          "state",
          "State",
          "oauth_code",
          "oauth_state"}) {
        BOOST_TEST_CONTEXT(name) {
            auto const line = line_of([name] { observe::log_info("event", {{name, "canary-7c1e"}}); });
            BOOST_TEST(line.find("canary") == std::string::npos);
            BOOST_TEST(line.ends_with(":\"[redacted]\"}"));
        }
    }
    for (std::string_view const name :
         {"status_code", "status", "integration", "error_code", "statement", "key", "sqlstate"}) {
        BOOST_TEST_CONTEXT(name) {
            auto const line = line_of([name] { observe::log_info("event", {{name, "shown"}}); });
            BOOST_TEST(line.ends_with(":\"shown\"}"));
        }
    }
}

BOOST_AUTO_TEST_CASE(hostile_values_stay_one_line_and_one_object) {
    std::vector<std::string> const table{
        "a\nb",
        "\r\n{\"level\":\"error\"}",
        "\x1b[2J",
        "\"},{\"x\":\"",
        "\\",
        "\xFF\xFE",
        std::string("a\0b", 3),
        "\xE2\x80\xA8",
        "\xE2\x80\xAE",
        "\xC2\x85",
        "\x7F",
        std::string(10'000, '\n'),
        std::string(10'000, '"'),
        std::string(10'000, 'a'),
        std::string(2045, 'a') + "\xC3\xA9",
        std::string(5'000, '\xFF'),
        std::string(2040, 'a') + std::string(100, '\x01'),
    };
    for (auto const& text : table) {
        BOOST_TEST_CONTEXT(text.substr(0, 40)) {
            observe::field const each("value", text);
            BOOST_TEST(each.json.size() <= 2048U);
            auto const line =
                line_of([&] { observe::log_info(text.substr(0, 100), {each, {text.substr(0, 50), 1}}); });
            for (char const c : line) BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
            BOOST_TEST(json::parse(line).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(long_values_keep_as_much_as_fits) {
    BOOST_TEST(observe::field("a", std::string(2046, 'a')).json.size() == 2048U);
    BOOST_TEST(observe::field("a", std::string(3000, 'a')).json.size() == 2048U);
    BOOST_TEST(observe::field("a", std::string(3000, '"')).json.size() > 2000U);
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_do_not_mix) {
    constexpr int threads = 4;
    constexpr int each_writes = 200;
    auto const lines = lines_of([] {
        std::vector<std::thread> writers;
        for (int index = 0; index < threads; ++index) {
            writers.emplace_back([index] {
                for (int line = 0; line < each_writes; ++line)
                    observe::log_info("event", {{"writer", index}, {"text", std::string(500, 'x')}});
            });
        }
        for (auto& writer : writers) writer.join();
    });
    BOOST_TEST(lines.size() == static_cast<std::size_t>(threads * each_writes));
    for (auto const& line : lines) BOOST_TEST(json::parse(line).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
