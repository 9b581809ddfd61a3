#include "byte_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

namespace {

using namespace std::chrono_literals;
using tocsin::http::byte_budget;

constexpr byte_budget::time_point start{};

/// A budget and the shares that it dropped.
struct budget_fixture {
    std::unique_ptr<byte_budget::share> add(std::string owner, byte_budget::time_point deadline) {
        auto made = std::make_unique<byte_budget::share>(budget, [this, owner] { dropped.push_back(owner); });
        made->set_owner(std::move(owner));
        made->set_deadline(deadline);
        return made;
    }

    byte_budget budget{{.total = 1'000'000, .per_owner = 600'000, .small_reserve = 200'000}};
    std::vector<std::string> dropped;
};

std::vector<std::string> const none;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(byte_budgets, budget_fixture)

BOOST_AUTO_TEST_CASE(what_a_share_releases_is_free_again) {
    {
        auto const one = add("a", byte_budget::time_point::max());
        BOOST_TEST(one->grow_to(400'000));
        BOOST_TEST(one->grow_to(600'000));
        BOOST_TEST(budget.used() == 600'000U);
        one->release();
        BOOST_TEST(budget.used() == 0U);
        BOOST_TEST(one->grow_to(500'000));
    }
    BOOST_TEST(budget.used() == 0U);
    BOOST_TEST(add("a", byte_budget::time_point::max())->grow_to(600'000));
    BOOST_TEST(dropped == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_owner_has_a_limit_of_its_own) {
    auto const complete = add("a", byte_budget::time_point::max());
    BOOST_TEST(complete->grow_to(500'000));
    auto const second = add("a", start + 1s);
    BOOST_TEST(!second->grow_to(100'001));
    BOOST_TEST(second->grow_to(100'000));
    BOOST_TEST(add("b", start)->grow_to(200'000));
    // Without an owner, only the total counts.
    BOOST_TEST(add("", start)->grow_to(200'000));
    BOOST_TEST(dropped == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_owner_loses_only_its_own_transfers) {
    auto const other = add("b", start);
    auto const slow = add("a", start + 1s);
    auto const fast = add("a", start + 2s);
    BOOST_TEST((other->grow_to(100'000) && slow->grow_to(300'000) && fast->grow_to(300'000)));
    BOOST_TEST(fast->grow_to(300'001));
    BOOST_TEST(slow->was_dropped());
    BOOST_TEST(!slow->grow_to(1));
    BOOST_TEST((!fast->was_dropped() && !other->was_dropped()));
    BOOST_TEST(budget.used() == 400'001U);
}

BOOST_AUTO_TEST_CASE(the_transfer_that_is_closest_to_its_deadline_is_dropped) {
    auto const a = add("a", start + 2s);
    auto const b = add("b", start + 1s);
    auto const empty = add("c", start);
    BOOST_TEST((a->grow_to(400'000) && b->grow_to(400'000)));
    auto const next = add("d", start + 3s);
    BOOST_TEST(next->grow_to(100'000));
    BOOST_TEST(dropped == std::vector<std::string>{"b"}, boost::test_tools::per_element());
    BOOST_TEST(!empty->was_dropped());
}

BOOST_AUTO_TEST_CASE(large_bodies_leave_room_for_small_ones) {
    auto const a = add("a", byte_budget::time_point::max());
    auto const b = add("b", byte_budget::time_point::max());
    BOOST_TEST((a->grow_to(500'000) && b->grow_to(300'000)));
    auto const growing = add("c", byte_budget::time_point::max());
    BOOST_TEST(growing->grow_to(byte_budget::small_body));
    BOOST_TEST(!growing->grow_to(byte_budget::small_body + 1));
    std::vector<std::unique_ptr<byte_budget::share>> small;
    for (int i = 0; i < 2; ++i) {
        small.push_back(add("d", byte_budget::time_point::max()));
        BOOST_TEST(small.back()->grow_to(byte_budget::small_body));
    }
    BOOST_TEST(!add("e", byte_budget::time_point::max())->grow_to(byte_budget::small_body));
    BOOST_TEST(dropped == none, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_large_body_drops_no_small_one_for_the_reserve) {
    auto const small = add("a", start);
    auto const large = add("b", start + 1s);
    BOOST_TEST((small->grow_to(1'000) && large->grow_to(400'000)));
    auto const next = add("c", start + 2s);
    BOOST_TEST(next->grow_to(450'000));
    BOOST_TEST(dropped == std::vector<std::string>{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
