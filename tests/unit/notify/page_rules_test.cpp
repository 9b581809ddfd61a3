// By which methods a person is paged, and when a failed attempt is repeated.
#include <tocsin/notify/page_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>

using namespace tocsin;
using namespace tocsin::notify;

BOOST_AUTO_TEST_SUITE(page_rules)

namespace {

method_id number(std::uint8_t of) {
    uuid::bytes_type bytes{};
    bytes[15] = of;
    return {uuid(bytes)};
}

std::string planned(std::vector<method> const& methods) {
    std::string text;
    for (auto const& each : plan(methods))
        text += (text.empty() ? "" : ", ") + std::to_string(each.method.value.bytes()[15]) +
                (each.reason.empty() ? "" : " because " + each.reason);
    return text;
}

method const push{number(1), method_kind::push, false, true, false};
method const account{number(2), method_kind::mail, true, true, false};

method unverified(method of) {
    of.is_verified = false;
    return of;
}
method disabled(method of) {
    of.is_disabled = true;
    return of;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_verified_method_is_used) {
    BOOST_TEST(planned({push, account}) == "1, 2");
    BOOST_TEST(planned({account}) == "2");
    BOOST_TEST(planned({unverified(push), account}) == "2");
    BOOST_TEST(planned({disabled(push), account}) == "2");
    BOOST_TEST(planned({push, disabled(account)}) == "1");
}

BOOST_AUTO_TEST_CASE(the_address_of_the_account_is_always_left) {
    auto const because = "2 because no other method is verified: the address of the account";
    BOOST_TEST(planned({unverified(push), disabled(account)}) == because);
    BOOST_TEST(planned({disabled(push), unverified(account)}) == because);
    BOOST_TEST(planned({disabled(account)}) == because);
}

BOOST_AUTO_TEST_CASE(attempts_are_repeated_ever_more_slowly) {
    using std::chrono::milliseconds;
    std::vector<std::pair<int, std::int64_t>> const steps{
        {0, 2}, {1, 2}, {2, 5}, {3, 15}, {4, 45}, {5, 120}, {6, 120}, {1'000, 120}
    };
    for (auto const& [tries, seconds] : steps) {
        BOOST_TEST(retry_delay(tries, 0).count() == seconds * 1'000, tries);
        for (std::uint64_t const draw :
             {std::uint64_t{1}, std::uint64_t{12'345}, std::numeric_limits<std::uint64_t>::max()}) {
            BOOST_TEST(retry_delay(tries, draw).count() <= seconds * 1'000, tries);
            BOOST_TEST(retry_delay(tries, draw).count() >= seconds * 900, tries);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
