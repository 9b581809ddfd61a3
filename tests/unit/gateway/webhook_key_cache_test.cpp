#include "gateway/webhook_key_cache.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/async/one_shot.hpp>
#include <tocsin/http/server.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin;
using gateway::webhook_key_cache;
using integrations::webhook_keys;

namespace {

/// A cache over one known integration. Lookups wait until the test lets them end.
struct cache_fixture {
    integration_id const known = integration_id::parse("11111111-1111-4111-8111-111111111111").value();
    integration_id const unknown = integration_id::parse("22222222-2222-4222-8222-222222222222").value();
    organization_id const org = organization_id::parse("33333333-3333-4333-8333-333333333333").value();
    webhook_key_cache::time_point now{};
    int lookups = 0;
    bool fails = false;
    bool waits = false;
    std::vector<std::shared_ptr<async::one_shot>> waiting;
    int lists = 0;
    bool lists_fail = true;  // Without a list, each integration is looked up.
    webhook_key_cache cache{
        [this](integration_id id) { return load(id); }, [this] { return list(); }, [this] { return now; }
    };

    async::task<std::vector<integration_id>> list() {
        ++lists;
        if (lists_fail) throw std::runtime_error("the database does not answer");
        co_return std::vector{known};
    }

    async::task<std::optional<webhook_keys>> load(integration_id id) {
        ++lookups;
        if (waits) {
            auto const may_end = waiting.emplace_back(std::make_shared<async::one_shot>());
            co_await may_end->wait();
        }
        if (fails) throw std::runtime_error("the database does not answer");
        if (id != known) co_return std::nullopt;
        co_return webhook_keys{org, {}};
    }
    async::task<> end_lookups() {
        waits = false;
        for (auto const& each : waiting) each->set();
        co_return;
    }
    bool find(integration_id id, std::string const& peer = "192.0.2.1") {
        bool found = false;
        async::run_to_end(
            [](cache_fixture& self, integration_id wanted, std::string from, bool& out) -> async::task<> {
                out = (co_await self.cache.find(wanted, from)).has_value();
            }(*this, id, peer, found)
        );
        return found;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(webhook_key_caches, cache_fixture)

BOOST_AUTO_TEST_CASE(keys_that_were_read_long_ago_are_read_again_on_request) {
    auto const find_newer = [this](int seconds) {
        async::run_to_end([](cache_fixture& self, int max_age) -> async::task<> {
            auto const found =
                co_await self.cache.find_newer(self.known, "192.0.2.1", std::chrono::seconds(max_age));
            BOOST_TEST(found.has_value());
        }(*this, seconds));
        return lookups;
    };
    BOOST_TEST(find_newer(1) == 1);  // never read before
    BOOST_TEST(find_newer(1) == 1);
    now += std::chrono::seconds(1);
    BOOST_TEST(find_newer(1) == 2);
    BOOST_TEST(find_newer(0) == 3);
    BOOST_TEST(find(known));
    BOOST_TEST(lookups == 3);
}

BOOST_AUTO_TEST_CASE(keys_are_remembered_and_so_is_that_there_are_none) {
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(find(known));
        BOOST_TEST(!find(unknown));
    }
    BOOST_TEST(lookups == 2);
    now += webhook_key_cache::lifetime;
    BOOST_TEST(find(known));
    BOOST_TEST(lookups == 3);
    cache.clear();
    BOOST_TEST(find(known));
    BOOST_TEST(!find(unknown));
    BOOST_TEST(lookups == 5);
}

BOOST_AUTO_TEST_CASE(integrations_that_are_not_listed_cause_no_lookup) {
    lists_fail = false;
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(!find(
            integration_id::parse("44444444-4444-4444-8444-" + std::to_string(100'000'000'000 + i)).value()
        ));
    BOOST_TEST(lookups == 0);
    BOOST_TEST(lists == 1);
    BOOST_TEST(find(known));
    BOOST_TEST(lookups == 1);
    now += webhook_key_cache::lifetime;
    BOOST_TEST(!find(unknown));
    BOOST_TEST(lists == 2);
    cache.clear();
    BOOST_TEST(!find(unknown));
    BOOST_TEST(lists == 3);
    BOOST_TEST(lookups == 1);
}

BOOST_AUTO_TEST_CASE(a_failed_lookup_is_not_remembered) {
    fails = true;
    BOOST_CHECK_THROW(find(known), std::runtime_error);
    fails = false;
    BOOST_TEST(find(known));
    BOOST_TEST(lookups == 2);
}

BOOST_AUTO_TEST_CASE(a_burst_causes_one_lookup) {
    waits = true;
    int found = 0;
    async::io_loop loop;
    async::task_group group(loop.get_executor());
    auto const one = [](cache_fixture& self, int& count) -> async::task<> {
        if (co_await self.cache.find(self.known, "192.0.2.1")) ++count;
    };
    for (int i = 0; i < 100; ++i) group.spawn(one(*this, found));
    group.spawn(end_lookups());
    loop.run();
    BOOST_TEST(found == 100);
    BOOST_TEST(lookups == 1);
}

BOOST_AUTO_TEST_CASE(a_lookup_that_began_before_a_change_is_not_remembered) {
    waits = true;
    async::io_loop loop;
    async::task_group group(loop.get_executor());
    group.spawn([](cache_fixture& self) -> async::task<> {
        co_await self.cache.find(self.known, "192.0.2.1");
    }(*this));
    group.spawn([](cache_fixture& self) -> async::task<> {
        self.cache.clear();
        co_await self.end_lookups();
    }(*this));
    loop.run();
    BOOST_TEST(find(known));
    BOOST_TEST(lookups == 2);
}

BOOST_AUTO_TEST_CASE(the_lookups_of_a_peer_are_limited) {
    waits = true;
    std::size_t refused = 0, answered = 0;
    async::io_loop loop;
    async::task_group group(loop.get_executor());
    auto const one =
        [](cache_fixture& self, std::int64_t n, std::string peer, std::size_t& yes, std::size_t& no
        ) -> async::task<> {
        auto const id =
            integration_id::parse("44444444-4444-4444-8444-" + std::to_string(100'000'000'000 + n)).value();
        try {
            co_await self.cache.find(id, peer);
            ++yes;
        } catch (http::overloaded const&) {
            ++no;
        }
    };
    // The addresses of one /64 are one peer.
    for (int i = 0; i < 40; ++i)
        group.spawn(one(*this, i, "2001:db8::" + std::to_string(i + 1), answered, refused));
    group.spawn(one(*this, 1'000, "192.0.2.1", answered, refused));
    group.spawn(end_lookups());
    loop.run();
    BOOST_TEST(answered == webhook_key_cache::lookups_per_peer + 1);
    BOOST_TEST(refused == 40 - webhook_key_cache::lookups_per_peer);
}

BOOST_AUTO_TEST_SUITE_END()
