#include "call_order.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <string>

using namespace tocsin;
using namespace std::chrono_literals;
using sentry::call_order;
using sentry::call_priority;
using sentry::caller;

namespace {

call_order::clock::time_point const start{1'000'000s};

template <class Id>
Id id_of_number(std::uint8_t number) {
    uuid::bytes_type bytes{};
    bytes[0] = number;
    return Id{uuid(bytes)};
}

caller caller_of(
    std::uint8_t organization, std::uint8_t integration, call_priority priority = call_priority::person
) {
    return {id_of_number<organization_id>(organization), id_of_number<integration_id>(integration), priority};
}

/// Waiting calls, each with a name.
struct queue {
    explicit queue(call_order::limits limits) : order(limits) {}

    void add(char name, caller who, call_order::clock::time_point since = start) {
        order.add(places.emplace_back(call_order::place{who, since}));
        names += name;
    }
    /// Starts and ends calls until none may start. Returns their names.
    std::string run(call_order::clock::time_point now = start) {
        std::string started;
        while (auto* const next = order.next(now)) {
            started += name_of(*next);
            start_next(*next);
            order.end(next->who);
        }
        return started;
    }
    /// Starts calls, which do not end, until none may start. Returns their names.
    std::string start_all(call_order::clock::time_point now = start) {
        std::string started;
        while (auto* const next = order.next(now)) {
            started += name_of(*next);
            start_next(*next);
        }
        return started;
    }
    void start_next(call_order::place& next) {
        order.start(next);
        order.remove(next);
    }
    char name_of(call_order::place const& wanted) const {
        for (std::size_t i = 0; i < places.size(); ++i)
            if (&places[i] == &wanted) return names[i];
        return '?';
    }

    call_order order;
    std::deque<call_order::place> places;
    std::string names;
};

constexpr call_order::limits wide{.running = 100, .waiting = 100};

}  // namespace

BOOST_AUTO_TEST_SUITE(call_orders)

BOOST_AUTO_TEST_CASE(more_urgent_calls_go_first) {
    queue waiting(wide);
    waiting.add('b', caller_of(1, 1, call_priority::background));
    waiting.add('p', caller_of(1, 1, call_priority::person));
    waiting.add('r', caller_of(1, 1, call_priority::refresh));
    waiting.add('e', caller_of(1, 1, call_priority::exchange));
    BOOST_TEST(waiting.run() == "erpb");
}

BOOST_AUTO_TEST_CASE(organizations_take_turns) {
    queue waiting(wide);
    for (char const name : {'a', 'b', 'c', 'd'}) waiting.add(name, caller_of(1, 1));
    waiting.add('x', caller_of(2, 2));
    waiting.add('y', caller_of(2, 3));
    waiting.add('z', caller_of(3, 4));
    BOOST_TEST(waiting.run() == "axzbycd");
}

BOOST_AUTO_TEST_CASE(calls_in_the_background_do_not_wait_forever) {
    queue waiting(wide);
    waiting.add('b', caller_of(1, 1, call_priority::background));
    waiting.add('p', caller_of(2, 2), start + call_order::patience);
    BOOST_TEST((waiting.order.next(start)->who.organization == caller_of(2, 2).organization));
    BOOST_TEST(waiting.run(start + call_order::patience) == "bp");
}

BOOST_AUTO_TEST_CASE(running_calls_of_an_organization_are_limited_except_for_refreshes) {
    queue waiting({.running = 2, .waiting = 100});
    for (char const name : {'a', 'b', 'c'}) waiting.add(name, caller_of(1, 1));
    for (char const name : {'r', 's', 't'}) waiting.add(name, caller_of(1, 1, call_priority::refresh));
    waiting.add('x', caller_of(2, 2));
    BOOST_TEST(waiting.start_all() == "rstxab");
    waiting.order.end(caller_of(1, 1));
    BOOST_TEST(waiting.start_all() == "c");
}

BOOST_AUTO_TEST_CASE(waiting_calls_of_an_organization_are_limited_except_for_refreshes) {
    queue waiting({.running = 1, .waiting = 2});
    waiting.add('a', caller_of(1, 1));
    BOOST_TEST(waiting.order.has_room_for(caller_of(1, 1)));
    waiting.add('b', caller_of(1, 2));
    BOOST_TEST(!waiting.order.has_room_for(caller_of(1, 3)));
    BOOST_TEST(waiting.order.has_room_for(caller_of(1, 3, call_priority::refresh)));
    BOOST_TEST(waiting.order.has_room_for(caller_of(2, 4)));
    BOOST_TEST(waiting.run() == "ab");
    BOOST_TEST(waiting.order.has_room_for(caller_of(1, 1)));
}

BOOST_AUTO_TEST_CASE(a_pause_holds_up_one_integration) {
    queue waiting(wide);
    waiting.add('a', caller_of(1, 1));
    waiting.add('r', caller_of(1, 1, call_priority::refresh));
    waiting.add('e', caller_of(1, 1, call_priority::exchange));
    waiting.add('b', caller_of(1, 2));
    BOOST_TEST(!waiting.order.pause(caller_of(1, 1), 40s, start));
    BOOST_TEST((waiting.order.pause_left(caller_of(1, 1), start + 10s) == 30s));
    BOOST_TEST((waiting.order.pause_left(caller_of(1, 2), start) == 0s));
    BOOST_TEST(waiting.run() == "eb");
    BOOST_TEST(!waiting.order.pause(caller_of(1, 1), 1s, start + 1s));
    BOOST_TEST(waiting.run(start + 39s) == "");
    BOOST_TEST(waiting.run(start + 40s) == "ra");
}

BOOST_AUTO_TEST_CASE(several_refused_integrations_concern_the_host) {
    call_order order(wide);
    BOOST_TEST(!order.pause(caller_of(1, 1), 1s, start));
    BOOST_TEST(!order.pause(caller_of(1, 1), 1s, start));
    BOOST_TEST(!order.pause(caller_of(1, 2), 1s, start));
    BOOST_TEST(!order.pause(caller_of(1, 3), 1s, start));  // all of one organization
    BOOST_TEST(order.pause(caller_of(2, 4), 1s, start + 1s));
    BOOST_TEST(!order.pause(caller_of(2, 4), 1s, start + 1min));
    BOOST_TEST(!order.pause(caller_of(3, 5), 1s, start + 1min));
    BOOST_TEST(order.pause(caller_of(3, 6), 1s, start + 1min));
}

BOOST_AUTO_TEST_SUITE_END()
