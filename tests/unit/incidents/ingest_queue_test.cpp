#include "ingest/queue.hpp"
#include "ingest/throughput_estimate.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tocsin;
using namespace std::chrono_literals;
using incidents::ingest_queue;

namespace {

uuid installation(std::uint8_t n) {
    uuid::bytes_type bytes{};
    bytes[15] = n;
    return uuid(bytes);
}

std::shared_ptr<incidents::queue_item> item(std::uint8_t number, std::size_t bytes = 10) {
    auto next = std::make_shared<incidents::queue_item>();
    next->installation = installation(number);
    next->bytes = bytes;
    return next;
}

std::size_t count_of(std::vector<std::shared_ptr<incidents::queue_item>> const& batch, std::uint8_t which) {
    return static_cast<std::size_t>(std::count_if(batch.begin(), batch.end(), [&](auto const& one) {
        return one->installation == installation(which);
    }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(queue)

BOOST_AUTO_TEST_CASE(batches_take_from_each_installation_in_turn_and_keep_the_order_of_each) {
    ingest_queue queue({.batch_items = 6, .batch_bytes = 1'000, .items = 1'000, .bytes = 1'000'000});
    std::vector<std::shared_ptr<incidents::queue_item>> storm;
    for (int i = 0; i < 100; ++i) BOOST_TEST(queue.push(storm.emplace_back(item(1))));
    BOOST_TEST(queue.push(item(2)));
    BOOST_TEST(queue.push(item(3)));
    BOOST_TEST(queue.ahead_of(installation(4)) == 4);
    auto const first = queue.take();
    BOOST_TEST(first.size() == 6);
    BOOST_TEST(count_of(first, 2) == 1);
    BOOST_TEST(count_of(first, 3) == 1);
    BOOST_TEST(first[0] == storm[0]);
    BOOST_TEST(first[5] == storm[3]);
    BOOST_TEST(queue.take()[0] == storm[4]);
    BOOST_TEST(queue.size() == 90);
}

BOOST_AUTO_TEST_CASE(a_lane_has_its_own_installations_and_keeps_the_order_of_the_others) {
    ingest_queue queue({.batch_items = 5, .batch_bytes = 1'000, .items = 1'000, .bytes = 1'000'000});
    for (int i = 0; i < 4; ++i)
        for (auto const of : std::initializer_list<std::uint8_t>{2, 1, 3}) BOOST_TEST(queue.push(item(of)));
    auto const odd = queue.take(incidents::ingest_lane::odd);
    BOOST_TEST(odd.size() == 5);
    BOOST_TEST(count_of(odd, 1) == 3);
    BOOST_TEST(count_of(odd, 3) == 2);
    BOOST_TEST(queue.take(incidents::ingest_lane::even).size() == 4);
    BOOST_TEST(queue.take(incidents::ingest_lane::even).empty());
    BOOST_TEST(queue.take().size() == 3);
    BOOST_TEST(queue.size() == 0);
}

BOOST_AUTO_TEST_CASE(a_batch_is_bounded_by_bytes_but_never_empty) {
    ingest_queue queue({.batch_items = 10, .batch_bytes = 25, .items = 10, .bytes = 1'000});
    for (std::size_t const size : {10u, 10u, 10u, 90u, 1u}) queue.push(item(1, size));
    BOOST_TEST(queue.take().size() == 2);
    BOOST_TEST(queue.take().size() == 1);
    BOOST_TEST(queue.take().size() == 1);
    BOOST_TEST(queue.take().size() == 1);
    BOOST_TEST(queue.take().empty());
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_and_one_installation_fills_at_most_half) {
    ingest_queue queue({.batch_items = 10, .batch_bytes = 1'000, .items = 8, .bytes = 100});
    for (int i = 0; i < 4; ++i) BOOST_TEST(queue.push(item(1)));
    BOOST_TEST(!queue.push(item(1)));
    BOOST_TEST(!queue.push(item(2, 51)));
    BOOST_TEST(queue.push(item(2, 50)));
    BOOST_TEST(!queue.push(item(3, 20)));
    BOOST_TEST(queue.push(item(3, 10)));
    BOOST_TEST(queue.take().size() == 6);
    BOOST_TEST(queue.push(item(1)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(throughput_estimate)

BOOST_AUTO_TEST_CASE(a_slow_period_is_forgotten) {
    incidents::throughput_estimate throughput;
    for (int i = 0; i < 20; ++i) throughput.record(256, 700ms);
    BOOST_TEST((throughput.expected(256, 1) > 500ms));
    BOOST_TEST((throughput.expected(256, 2) > 300ms));
    for (int i = 0; i < 20; ++i) throughput.record(1, 3ms);
    BOOST_TEST((throughput.expected(256, 1) < 50ms));
}

BOOST_AUTO_TEST_SUITE_END()
