// Default deny: random paths, made of the parts of real ones, are calls only if they have a listed pattern.
#include "grants_fixture.hpp"

#include <tocsin/base/text.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace tocsin::grants;

BOOST_AUTO_TEST_SUITE(random_paths)

namespace {

constexpr int paths = 100'000;

/// Parts of Sentry's paths, and ids.
constexpr std::string_view words =
    "organizations projects issues events latest oldest releases notes comments members teams users me keys "
    "hooks plugins auth api-tokens internal sentry-app-installations authorizations sentry-apps stats_v2 "
    "replays commits deploys hashes tags attachments external-issues user-feedback integrations repos monitors "
    "alert-rules rules dashboards customers broadcasts 0 api 1 acme web 7 4509877862268928 WEB-1A -1 null "
    "undefined Organizations ISSUES latest.json";

/// With what attacks on path checks use.
std::vector<std::string> const& parts() {
    static std::vector<std::string> const all = [] {
        std::vector<std::string> made{
            "",
            ".",
            "..",
            "...",
            "..;",
            "%2e%2e",
            "%2F",
            "a/b",
            "issues/1",
            "organizations/acme",
            " ",
            "\t",
            "{org}",
            "{issue}",
            "*",
            "?query=x",
            "#",
            ";x=1",
            "issues ",
            "issu\xd0\xb5s",
            std::string("\0", 1),
            std::string("issues\0", 7),
            std::string(200, 'a'),
            std::string(32, 'f'),
            "\xff\xfe"
        };
        for (auto rest = words; !rest.empty();) {
            auto const end = std::min(rest.find(' '), rest.size());
            made.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return made;
    }();
    return all;
}

class random_calls {
public:
    sentry_style_call next() {
        constexpr std::array methods{
            http::method::get,
            http::method::head,
            http::method::post,
            http::method::put,
            http::method::patch,
            http::method::delete_
        };
        sentry_style_call call{.method = methods[below(methods.size())], .path = {}, .query = {}, .body = {}};
        if (below(10) > 0) call.path = {"api", "0"};
        auto const length = below(8);
        for (std::size_t i = 0; i < length; ++i) call.path.push_back(part());
        if (below(3) == 0) call.path.emplace_back();
        if (below(4) == 0) call.query.emplace_back(part(), part());
        if (call.method != http::method::get && below(2) == 0) call.body = R"({"status":"resolved"})";
        return call;
    }

private:
    std::size_t below(std::size_t end) { return random_() % end; }
    std::string part() {
        if (below(4) > 0) return parts()[below(parts().size())];
        std::string bytes;
        auto const length = below(12);
        for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<char>(below(256)));
        return bytes;
    }

    std::mt19937 random_{20'261'130};
};

bool is_name(std::string const& segment) {
    static std::string const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !segment.empty() && segment.size() <= 128 &&
           segment.find_first_not_of(allowed) == std::string::npos;
}

bool is_release_version(std::string const& segment) {
    // Of the random bytes, those that are text are rarely ASCII, so this checks UTF-8 as the table does.
    return segment != "." && segment != ".." && !segment.empty() && segment.size() <= 250 &&
           segment.find_first_of("/\\") == std::string::npos && is_utf8(segment) &&
           std::ranges::none_of(segment, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// The patterns again, written down independently of the table.
bool is_listed(sentry_style_call const& call) {
    auto path = call.path;
    if (!path.empty() && path.back().empty()) path.pop_back();
    if (path.size() < 3 || path[0] != "api" || path[1] != "0") return false;
    path.erase(path.begin(), path.begin() + 2);
    bool const reads = call.method == http::method::get;
    if (path.size() >= 3 && path[0] == "organizations" && path[2] == "issues" && is_name(path[1]))
        path.erase(path.begin(), path.begin() + 2);
    if (path[0] == "issues" && path.size() > 1) {
        if (!is_name(path[1])) return false;
        if (path.size() == 2) return reads || call.method == http::method::put;
        if (path.size() == 3) {
            bool const is_note = call.method == http::method::post && path[2] == "notes";
            return is_note || (reads && path[2] == "events");
        }
        static std::set<std::string> const names{"latest", "oldest", "recommended"};
        bool const is_event =
            path.size() == 4 && path[2] == "events" &&
            (names.contains(path[3]) || path[3] == std::string(32, 'f') || path[3] == std::string(32, 'a'));
        return reads && is_event;
    }
    if (!reads) return false;
    if (path.size() == 1) {
        bool const is_organization_list = path[0] == "issues" && call.path.size() > 4;
        return path[0] == "organizations" || path[0] == "projects" || is_organization_list;
    }
    if (path[0] == "organizations" && path.size() >= 4)
        return is_name(path[1]) && path[2] == "releases" && is_release_version(path[3]) &&
               (path.size() == 4 || (path.size() == 5 && (path[4] == "deploys" || path[4] == "commits")));
    if (path[0] == "organizations")
        return path.size() == 3 && is_name(path[1]) && (path[2] == "projects" || path[2] == "releases");
    return path[0] == "projects" && path.size() == 4 && is_name(path[1]) && is_name(path[2]) &&
           path[3] == "issues";
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_path_that_is_not_listed_is_refused) {
    random_calls calls;
    int refused = 0;
    for (int checked = 0; checked < paths;) {
        auto const call = calls.next();
        if (is_listed(call)) continue;
        ++checked;
        auto const planned = plan(call);
        if (planned.has_error() && planned.error().code == errc::not_granted) {
            ++refused;
            continue;
        }
        std::string path;
        for (auto const& segment : call.path) path += "/" + segment;
        BOOST_TEST(false, http::to_string(call.method) << " " << path << " was not refused");
    }
    BOOST_TEST(refused == paths);
}

BOOST_AUTO_TEST_CASE(a_grant_without_operations_permits_no_call) {
    std::vector<project_ref> const all;
    sentry_scope const scope{"1", "acme", all};
    random_calls calls;
    int planned = 0;
    for (int i = 0; i < paths; ++i) {
        auto const call = plan(calls.next());
        if (!call) continue;
        ++planned;
        auto const decided = permit(test::grant_of({}), scope, *call, timestamp{});
        BOOST_TEST(decided.has_error());
    }
    BOOST_TEST(planned > 0, "the random paths contain listed ones");
}

BOOST_AUTO_TEST_SUITE_END()
