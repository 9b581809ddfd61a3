#include <tocsin/async/io.hpp>
#include <tocsin/identity/password_worker.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

using namespace tocsin;
using identity::password_worker;

BOOST_AUTO_TEST_SUITE(password_workers)

namespace {

async::task<> hash_and_verify(password_worker& worker) {
    auto const own_thread = std::this_thread::get_id();
    auto const hashed = co_await worker.hash(secret("fake password 1"));
    BOOST_TEST(hashed.value().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    bool const matches = (co_await worker.verify(*hashed, secret("fake password 1"))).value();
    bool const wrong = (co_await worker.verify(*hashed, secret("fake password 2"))).value();
    bool const no_hash = (co_await worker.verify("no hash", secret("fake password 1"))).value();
    BOOST_TEST(matches);
    BOOST_TEST(!wrong);
    BOOST_TEST(!no_hash);
    BOOST_TEST((own_thread == std::this_thread::get_id()));
}

struct tally {
    int done = 0;
    int busy = 0;
};

async::task<> verify_once(password_worker& worker, tally& counted) {
    auto const outcome = co_await worker.verify("no hash", secret("fake password"));
    if (outcome)
        ++counted.done;
    else if (outcome.error().code == errc::unavailable)
        ++counted.busy;
}

async::task<> flood(async::io_loop& loop, password_worker& worker, tally& counted, int times) {
    async::task_group group(loop.get_executor());
    for (int i = 0; i < times; ++i) group.spawn(verify_once(worker, counted));
    co_await group.wait_all(std::chrono::seconds(60));
}

}  // namespace

BOOST_AUTO_TEST_CASE(hashes_on_its_threads_and_continues_on_the_callers) {
    password_worker worker(2, 50);
    async::run_to_end(hash_and_verify(worker));
}

BOOST_AUTO_TEST_CASE(requests_beyond_the_queue_are_refused_at_once) {
    password_worker worker(1, 3);
    tally counted;
    async::io_loop loop;
    async::task_group main(loop.get_executor());
    main.spawn(flood(loop, worker, counted, 10));
    loop.run();
    BOOST_TEST(counted.done == 3);
    BOOST_TEST(counted.busy == 7);
}

BOOST_AUTO_TEST_SUITE_END()
